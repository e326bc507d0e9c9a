package main

import "errors"

// filled is the value of a flag that is refused empty: that is what a variable leaves that is not set, and neither what the
// environment says nor doing without must take its place.
type filled string

func (f *filled) String() string { return string(*f) }
func (f *filled) Type() string   { return "TEXT" }

func (f *filled) Set(text string) error {
	if text == "" {
		return errors.New("it is empty: is the variable set that it comes from?")
	}
	*f = filled(text)
	return nil
}
