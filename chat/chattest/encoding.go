package chattest

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"strings"
)

// encode writes v as the service does: compact, without escaping &, < and >.
func encode(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	mustEncode(e.Encode(v))
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// mustEncode panics on an error: only types of this package are encoded, which can't fail.
func mustEncode(err error) {
	if err != nil {
		panic("chattest: encode: " + err.Error())
	}
}

// decode reads a body. It refuses a body that is not JSON of the right types.
func decode(body []byte, into any) error {
	if json.Unmarshal(body, into) != nil {
		return badRequest()
	}
	return nil
}

// page builds the body of one page of a list.
type page struct {
	body  []byte
	count int
}

// add appends an encoded item.
func (p *page) add(item []byte) {
	if p.count == 0 {
		p.body = append(make([]byte, 0, 16*(len(item)+64)), `{"value":[`...)
	} else {
		p.body = append(p.body, ',')
	}
	p.body = append(p.body, item...)
	p.count++
}

// end completes the body. Without a link it is the last page.
func (p *page) end(nextLink string) []byte {
	if p.count == 0 {
		p.body = append(p.body, `{"value":[`...)
	}
	p.body = append(p.body, ']')
	if nextLink != "" {
		p.body = append(append(p.body, `,"nextLink":`...), encode(nextLink)...)
	}
	return append(p.body, '}')
}

// decodeCanonical decodes base64 in its canonical form: unused bits must be zero, and line breaks, which package base64 skips, are an error.
func decodeCanonical(encoding *base64.Encoding, text string) ([]byte, error) {
	if i := strings.IndexAny(text, "\r\n"); i >= 0 {
		return nil, base64.CorruptInputError(i)
	}
	return encoding.Strict().DecodeString(text)
}
