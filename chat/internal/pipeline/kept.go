package pipeline

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/acschat/acs-chat-go/chat/redact"
)

const redacted = "REDACTED" // as azcore writes it

// Kept is a copy of an answer, with another body, that an error can keep. It leads to no secret: of its request it has neither the
// body nor the context, and of headers and queries only the values that are known to be none.
func Kept(resp *http.Response, body []byte) *http.Response {
	kept := *resp
	kept.Body, kept.ContentLength, kept.Trailer = io.NopCloser(bytes.NewReader(body)), int64(len(body)), nil
	kept.Header = make(http.Header, len(resp.Header))
	for name, values := range resp.Header {
		for _, value := range values {
			kept.Header[name] = append(kept.Header[name], answered(name, value))
		}
	}
	if req := resp.Request; req != nil {
		kept.Request = &http.Request{
			Method: req.Method, URL: keptURL(req.URL), Host: req.Host, ContentLength: req.ContentLength,
			Proto: req.Proto, ProtoMajor: req.ProtoMajor, ProtoMinor: req.ProtoMinor, Header: make(http.Header, len(req.Header)),
		}
		for name, values := range req.Header {
			if !isPublic(name) {
				values = []string{redacted}
			}
			kept.Request.Header[name] = slices.Clone(values)
		}
	}
	return &kept
}

// ContentType is the content type of an answer without parameters, fit for a log.
func ContentType(resp *http.Response) string {
	name, _, _ := strings.Cut(resp.Header.Get("Content-Type"), ";")
	if name == "" {
		return "no content type"
	}
	return LogLine(name)
}

// isPublic reports whether the values of a request's header are no secrets. Policies of the caller may add any others.
func isPublic(name string) bool {
	switch http.CanonicalHeaderKey(name) {
	case "Accept", "Content-Type", "Content-Length", "User-Agent", "X-Ms-Date", RequestIDHeader, "X-Ms-Return-Client-Request-Id",
		"Repeatability-Request-Id", "Repeatability-First-Sent", "Traceparent":
		return true
	}
	return false
}

// answered is the value of an answer's header without secrets.
func answered(name, value string) string {
	switch http.CanonicalHeaderKey(name) {
	case "Set-Cookie":
		return redacted
	case "Location":
		value, _, _ = strings.Cut(value, "?")
	}
	return redact.Text(value)
}

// keptURL is a URL without the values of its query, but for the version of the API.
func keptURL(u *url.URL) *url.URL {
	if u == nil {
		return &url.URL{}
	}
	kept, query := *u, u.Query()
	for name := range query {
		if name != "api-version" {
			query.Set(name, redacted)
		}
	}
	kept.User, kept.RawQuery = nil, query.Encode()
	return &kept
}

// EraseSecrets returns a response body without secrets, in case the service quotes them: the token of the request, which may have
// any form, and what redact recognizes.
func EraseSecrets(body []byte, req *http.Request) []byte {
	text := string(body)
	if req != nil {
		token, found := strings.CutPrefix(req.Header.Get("Authorization"), "Bearer ")
		if !found {
			token = req.Header.Get("X-Skypetoken") // of real-time notifications
		}
		if token != "" {
			text = strings.ReplaceAll(text, token, "[redacted]")
		}
	}
	return []byte(redact.Text(text))
}

// WithoutSecrets returns err or, if its text has secrets, an error without them that wraps err.
func WithoutSecrets(err error) error {
	text := err.Error()
	if clean := redact.Text(text); clean != text {
		return &redactedError{clean, err}
	}
	return err
}

type redactedError struct {
	text string
	err  error
}

func (e *redactedError) Error() string { return e.text }
func (e *redactedError) Unwrap() error { return e.err }
