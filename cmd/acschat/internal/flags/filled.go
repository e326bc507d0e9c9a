package flags

import "errors"

// Filled is a value that must not be empty. An unset shell variable expands to an empty value; falling back to the environment or to
// a default would then do something else than was asked for.
type Filled string

func (f *Filled) String() string { return string(*f) }

// Type implements pflag.Value.
func (f *Filled) Type() string { return "TEXT" }

// Set implements pflag.Value.
func (f *Filled) Set(text string) error {
	if text == "" {
		return errors.New("it is empty: is the shell variable set?")
	}
	*f = Filled(text)
	return nil
}
