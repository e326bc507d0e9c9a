package show

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/acschat/acs-chat-go/cmd/acschat/internal/harmless"
)

// Marshal encodes a value of one of the tool's own types as JSON that is safe on a terminal: control characters are escaped, which
// means the same to a program.
func Marshal(value any, prefix, indent string) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent(prefix, indent)
	if err := enc.Encode(value); err != nil {
		panic("encode result: " + err.Error()) // it has only strings, numbers and times
	}
	return escapeHarmful(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
}

// escapeHarmful escapes what encoding/json does not: C1 control characters and those that change the direction of text. They occur in
// strings only.
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
