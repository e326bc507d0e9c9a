package chattest

import (
	"bytes"
	"encoding/json"
)

// encode writes v as the service does: compact, with &, < and > as they are.
func encode(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	mustEncode(e.Encode(v))
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// mustEncode panics: only the types of this package are encoded, and they can be.
func mustEncode(err error) {
	if err != nil {
		panic("chattest: encode: " + err.Error())
	}
}

// decode reads a body. What is not JSON of the right types is refused.
func decode(body []byte, into any) error {
	if json.Unmarshal(body, into) != nil {
		return badRequest()
	}
	return nil
}

// page is the body of one page of a list.
type page struct {
	body  []byte
	count int
}

// add appends an item that is JSON already.
func (p *page) add(item []byte) {
	if p.count == 0 {
		p.body = append(make([]byte, 0, 16*(len(item)+64)), `{"value":[`...)
	} else {
		p.body = append(p.body, ',')
	}
	p.body = append(p.body, item...)
	p.count++
}

// end completes the body. An empty link makes it the last page.
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
