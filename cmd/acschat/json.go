package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/acschat/acs-chat-go/cmd/acschat/internal/harmless"
)

// marshal encodes one of our own structs. The text can go to a terminal: what is not harmless there is escaped, which means the
// same to a program.
func marshal(value any, prefix, indent string) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent(prefix, indent)
	if err := enc.Encode(value); err != nil {
		panic("a result does not encode: " + err.Error()) // strings, numbers and times do
	}
	return escapeHarmful(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
}

// escapeHarmful escapes what encoding/json leaves as it is: the second set of control characters, and those that turn text around.
// They can't stand outside a string.
func escapeHarmful(text []byte) []byte {
	out := make([]byte, 0, len(text))
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		switch {
		case r == '\n' || harmless.Rune(r):
			out = append(out, text[:size]...)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			out = fmt.Appendf(out, `\u%04x\u%04x`, high, low)
		default:
			out = fmt.Appendf(out, `\u%04x`, r)
		}
		text = text[size:]
	}
	return out
}
