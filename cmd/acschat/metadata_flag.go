package main

import (
	"errors"
	"strings"
	"unicode/utf8"
)

// metadataFlag collects --metadata key=value.
type metadataFlag struct{ pairs map[string]string }

func (f *metadataFlag) Type() string   { return "KEY=VALUE" }
func (f *metadataFlag) String() string { return "" }

func (f *metadataFlag) Set(text string) error {
	key, value, ok := strings.Cut(text, "=")
	switch {
	case !ok || key == "":
		return errors.New("must be KEY=VALUE")
	case !utf8.ValidString(text):
		return errNotUTF8
	}
	if f.pairs == nil {
		f.pairs = map[string]string{}
	}
	f.pairs[key] = value
	return nil
}
