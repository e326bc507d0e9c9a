package flags

import (
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/acschat/acs-chat-go/cmd/acschat/internal/input"
)

// Metadata collects KEY=VALUE pairs. Pairs is nil if there are none.
type Metadata struct{ Pairs map[string]string }

func (f *Metadata) String() string { return "" }

// Type implements pflag.Value.
func (f *Metadata) Type() string { return "KEY=VALUE" }

// Set implements pflag.Value.
func (f *Metadata) Set(text string) error {
	key, value, ok := strings.Cut(text, "=")
	switch {
	case !ok || key == "":
		return errors.New("must be KEY=VALUE")
	case !utf8.ValidString(text):
		return input.ErrNotUTF8
	}
	if f.Pairs == nil {
		f.Pairs = map[string]string{}
	}
	f.Pairs[key] = value
	return nil
}
