package events

import "net/http"

// ParseBinary is ParseRequest for headers and a body.
func ParseBinary(header http.Header, body []byte) ([]Event, error) {
	items, err := parseRequest(header, body)
	return eventsOf(items), err
}
