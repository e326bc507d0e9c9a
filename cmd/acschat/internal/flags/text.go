package flags

import (
	"unicode/utf8"

	"github.com/acschat/acs-chat-go/cmd/acschat/internal/input"
)

// Text is a value that other users read. It must be UTF-8.
type Text string

func (t *Text) String() string { return string(*t) }

// Type implements pflag.Value.
func (t *Text) Type() string { return "TEXT" }

// Set implements pflag.Value.
func (t *Text) Set(value string) error {
	if !utf8.ValidString(value) {
		return input.ErrNotUTF8
	}
	*t = Text(value)
	return nil
}
