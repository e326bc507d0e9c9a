package events

import "encoding/json"

// Unknown is an event of an unknown kind, or a malformed one. Its header contains the fields that could be read.
type Unknown struct {
	Header

	// Type is the kind in the terms of the source, such as "262". It is empty if the source does not set it.
	Type string
	// Raw is the event as received. An event that is not JSON is kept as a JSON string with its text.
	Raw json.RawMessage
}

// Kind is [KindUnknown].
func (e Unknown) Kind() Kind { return KindUnknown }

func (e Unknown) withHeader(h Header) Event {
	e.Header = h
	return e
}

// MarshalJSON writes the form that [Unmarshal] reads.
func (e Unknown) MarshalJSON() ([]byte, error) {
	w := e.json(e.Kind())
	w.Type, w.Raw = e.Type, e.Raw
	return w.marshal()
}

// UnmarshalJSON reads an event of this kind, and fails for another.
func (e *Unknown) UnmarshalJSON(data []byte) error { return unmarshalKind(data, e) }
