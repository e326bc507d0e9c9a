package events

import (
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
)

// ParseRequest reads the events of a request as [Parse] does, and also those in the binary mode of CloudEvents, in which the attributes of
// the event are in the headers of the request and the body is its data, which must be JSON or empty. It reads the body, but doesn't close
// it, and checks neither the method nor the sender: [NewHandler] does. The error wraps an [*http.MaxBytesError] if the body is larger than
// 4 MiB.
func ParseRequest(r *http.Request) ([]Event, error) {
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(http.MaxBytesReader(nil, r.Body, maxBody)); err != nil {
			return nil, fmt.Errorf("events: read the request: %w", err)
		}
	}
	items, err := parseRequest(r.Header, body)
	if err != nil {
		return nil, fmt.Errorf("events: parse: %w", err)
	}
	return eventsOf(items), nil
}

func parseRequest(header http.Header, body []byte) ([]item, error) {
	if !isBinary(header) {
		return parseItems(body)
	}
	structured, err := pipeline.Marshal(cloudEvent{
		ID: attribute(header, "Id"), Source: attribute(header, "Source"), Subject: attribute(header, "Subject"), Type: attribute(header, "Type"),
		Time: attribute(header, "Time"), Data: trimmed(body), SpecVersion: attribute(header, "Specversion"),
	})
	if err != nil {
		return nil, fmt.Errorf("a CloudEvent, whose data must be JSON: %w", err)
	}
	return parseItems(structured)
}

// isBinary reports whether the headers are those of a CloudEvent in the binary mode.
func isBinary(header http.Header) bool {
	media, _, _ := mime.ParseMediaType(header.Get("Content-Type"))
	return header.Get("Ce-Type") != "" && !strings.HasPrefix(media, "application/cloudevents")
}

// attribute returns an attribute of a CloudEvent, which may be escaped as in a URL.
func attribute(header http.Header, name string) string {
	text := header.Get("Ce-" + name)
	if plain, err := url.PathUnescape(text); err == nil {
		text = plain
	}
	return text
}
