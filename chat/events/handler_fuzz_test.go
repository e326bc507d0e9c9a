package events_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/acschat/acs-chat-go/chat/events"
)

// countingWriter counts the responses to a request.
type countingWriter struct {
	*httptest.ResponseRecorder
	responses int
}

func (w *countingWriter) WriteHeader(status int) {
	w.responses++
	w.ResponseRecorder.WriteHeader(status)
}

// FuzzHandler checks that any request gets one response, with a status of the documentation; that without the secret nothing is answered or passed to
// the callback; and that the handshakes return only the allowed origin, a rate, and a validation code of the body.
func FuzzHandler(f *testing.F) {
	const secret, origin, media = "s3cret", "eventgrid.azure.net", "application/json; charset=utf-8"
	const validation = `[{"id":"2","topic":"t","subject":"","eventType":"Microsoft.EventGrid.SubscriptionValidationEvent","data":{"validationCode":"c0de<","validationUrl":"https://a.test"},` +
		`"eventTime":"2026-11-03T09:20:02Z","metadataVersion":"1","dataVersion":"2"}]`
	for _, given := range []string{secret, "", "s3cret ", "S3cret"} {
		f.Add(http.MethodPost, given, media, "", "", "", []byte(validation))
		f.Add(http.MethodOptions, given, "", origin, "120", "", []byte(nil))
	}
	for _, schema := range []events.Schema{events.SchemaEventGrid, events.SchemaCloudEvents} {
		for _, event := range allPublished() {
			body, err := events.Format(schema, topic, event)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(http.MethodPost, secret, schema.ContentType(1), "", "", "", body)
		}
	}
	f.Add(http.MethodOptions, secret, "", "EventGrid.Azure.net", "-1", "", []byte(nil))
	f.Add(http.MethodOptions, secret, "", "evil.test", "x\r\nSet-Cookie: a", "", []byte(nil))
	f.Add(http.MethodPost, secret, "application/json", "", "", "Microsoft.EventGrid.SubscriptionValidationEvent", []byte(`{"validationCode":"a","ValidationCode":"b"}`))
	f.Add(http.MethodPost, secret, "application/cloudevents+json", "", "", "x", []byte(`{"type":"microsoft.eventgrid.subscriptionvalidationevent","data":{"validationCode":"\ud800"}}`))
	f.Add(http.MethodPost, secret, "text/plain", "", "", "", []byte("[]"))
	f.Add(http.MethodPost, secret, "application/json;;", "", "", "%zz", []byte("{"))
	f.Add("GET", secret, "", "", "", "", []byte(nil))
	passed := 0
	handler := events.NewHandler(func(context.Context, events.Event) error { passed++; return nil }, &events.HandlerOptions{
		Secrets: []string{secret}, AllowedOrigins: []string{origin}, Logger: slog.New(slog.DiscardHandler),
	})
	f.Fuzz(func(t *testing.T, method, given, contentType, requested, rate, ceType string, body []byte) {
		r, err := http.NewRequest(method, "https://contoso.test/events?secret="+url.QueryEscape(given), bytes.NewReader(body))
		if err != nil {
			return
		}
		for name, value := range map[string]string{
			"Content-Type": contentType, "WebHook-Request-Origin": requested, "WebHook-Request-Rate": rate, "Ce-Type": ceType, "Ce-Id": "1",
		} {
			if value != "" {
				r.Header.Set(name, value)
			}
		}
		passed = 0
		w := &countingWriter{ResponseRecorder: httptest.NewRecorder()}
		handler.ServeHTTP(w, r)
		statuses := []int{http.StatusMethodNotAllowed}
		switch {
		case given != secret:
			statuses = append(statuses, http.StatusUnauthorized)
		case r.Method == http.MethodOptions:
			statuses = []int{http.StatusOK}
		case r.Method == http.MethodPost:
			statuses = []int{http.StatusOK, http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType}
		}
		if w.responses != 1 || !slices.Contains(statuses, w.Code) || w.Code != http.StatusOK && passed > 0 {
			t.Errorf("%d responses, %d events, status %d", w.responses, passed, w.Code)
		}
		allowed, allowedRate := w.Header().Get("WebHook-Allowed-Origin"), w.Header().Get("WebHook-Allowed-Rate")
		if (allowed != "" || allowedRate != "") && (w.Code != http.StatusOK || r.Method != http.MethodOptions || !strings.EqualFold(allowed, origin) || strings.Trim(allowedRate, "0123456789") != "" && allowedRate != "*") {
			t.Errorf("%s of %q: the origin %q and the rate %q are allowed", r.Method, requested, allowed, allowedRate)
		}
		if w.Code != http.StatusOK || w.Body.Len() == 0 {
			return
		}
		var answer map[string]string
		if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || len(answer) != 1 || passed > 0 || !slices.Contains(validationCodes(body), answer["validationResponse"]) {
			t.Errorf("%q is answered with %q", body, w.Body)
		}
	})
}

// validationCodes returns all validation codes in a body.
func validationCodes(body []byte) (codes []string) {
	body = bytes.TrimPrefix(body, []byte("\ufeff"))
	decoder := jsontext.NewDecoder(bytes.NewReader(body), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	for name := ""; ; {
		token, err := decoder.ReadToken()
		if err != nil {
			return codes
		}
		text := ""
		if token.Kind() == jsontext.KindString {
			text = token.String()
		}
		if strings.EqualFold(name, "validationCode") {
			codes = append(codes, text)
		}
		name = text
	}
}
