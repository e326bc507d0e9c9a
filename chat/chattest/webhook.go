package chattest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/acschat/acs-chat-go/chat/events"
	"github.com/acschat/acs-chat-go/chat/redact"
)

// AnswerTimeout is how long Event Grid waits for the answer of a webhook, by the clock of the machine.
const AnswerTimeout = 30 * time.Second

// Webhook sends events to an HTTP endpoint as Event Grid does, without a queue and without retries; [Service.DeliverEventsTo] adds both. Its
// methods may be called concurrently. The zero value is not usable; use [NewWebhook].
type Webhook struct {
	url       *url.URL
	schema    events.Schema
	name      string
	topic     string
	transport http.RoundTripper
	idle      interface{ CloseIdleConnections() } // the transport, unless it is that of the caller
}

// WebhookOptions are the optional settings of [NewWebhook].
type WebhookOptions struct {
	// Schema is the form of the events. Empty means that of Event Grid.
	Schema events.Schema
	// Name is the name of the event subscription, which requests have in a header. It must have no control characters. Empty means the host
	// and path of the URL.
	Name string
	// Topic is the resource that the events come from. Empty means the id of a resource that does not exist.
	Topic string
	// Transport sends the requests. Nil means a transport like [http.DefaultTransport]. Redirects are not followed.
	Transport http.RoundTripper
}

// NewWebhook returns a webhook. Nil options are the zero value. It fails if the URL is not absolute, has a user or a fragment, or is neither
// https nor http on this machine, and if an option is not valid. The query may contain a secret: no error and no text of this package
// shows more than the names of parameters that have a value.
func NewWebhook(target string, options *WebhookOptions) (*Webhook, error) {
	if options == nil {
		options = &WebhookOptions{}
	}
	u, err := url.Parse(target)
	switch {
	case err != nil || u.Host == "" || u.Hostname() == "":
		return nil, errors.New("the URL of a webhook must be absolute, such as http://localhost:3000/events")
	case u.User != nil || u.Fragment != "":
		return nil, errors.New("the URL of a webhook must have no user and no fragment; a secret may be in its query")
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		return nil, fmt.Errorf("the webhook %s must use https; http is for webhooks on this machine", shownURL(u))
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, fmt.Errorf("the webhook %s must use https, or http on this machine", shownURL(u))
	}
	w := &Webhook{url: u, schema: options.Schema, name: options.Name, topic: options.Topic, transport: options.Transport}
	switch w.schema {
	case "":
		w.schema = events.SchemaEventGrid
	case events.SchemaEventGrid, events.SchemaCloudEvents:
	default:
		return nil, fmt.Errorf("there is no schema %q: it must be %s or %s", w.schema, events.SchemaEventGrid, events.SchemaCloudEvents)
	}
	if w.name == "" {
		w.name = u.Host + u.EscapedPath()
	}
	if strings.ContainsFunc(w.name, unicode.IsControl) {
		return nil, errors.New("the name of a subscription must have no control characters")
	}
	if w.topic == "" {
		w.topic = topicOf("none")
	}
	if w.transport == nil {
		w.transport = http.DefaultTransport
		if t, ok := w.transport.(*http.Transport); ok {
			t = t.Clone()
			w.transport, w.idle = t, t
		}
	}
	return w, nil
}

// topicOf makes the id of a resource, which events have as their topic.
func topicOf(resource string) string {
	return "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/emulator/providers/Microsoft.Communication/CommunicationServices/" + resource
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback() || strings.EqualFold(host, "localhost") || strings.HasSuffix(strings.ToLower(host), ".localhost")
}

// URL returns the URL without the values of its query, which may be secret.
func (w *Webhook) URL() string { return shownURL(w.url) }

func shownURL(u *url.URL) string {
	shown := *u
	shown.RawQuery = ""
	var names []string
	for parameter := range strings.SplitSeq(u.RawQuery, "&") {
		name, value, _ := strings.Cut(parameter, "=")
		if strings.Trim(value, "=") == "" { // "key", or "key==" in base64
			names = append(names, "[redacted]")
			continue
		}
		names = append(names, name+"=[redacted]")
	}
	text := shown.String()
	if u.RawQuery != "" {
		text += "?" + strings.Join(names, "&")
	}
	return redact.Text(text)
}

// Schema returns the form of the events.
func (w *Webhook) Schema() events.Schema { return w.schema }

// closeIdle closes connections that are not in use, unless the transport is that of the caller.
func (w *Webhook) closeIdle() {
	if w.idle != nil {
		w.idle.CloseIdleConnections()
	}
}

// Deliver sends events in one request. The attempt counts from 0. It returns the status of the answer, 0 without one, and an error unless
// it is 200 to 204. The events must have what [events.Format] needs, or nothing is sent: one that was received in real time gets an ID of
// [NewEventID] first.
func (w *Webhook) Deliver(ctx context.Context, attempt int, list ...events.Event) (status int, err error) {
	body, err := w.format(list...)
	if err != nil {
		return 0, err
	}
	return w.deliver(ctx, attempt, len(list), body)
}

// deliver sends the body of a request with a number of events.
func (w *Webhook) deliver(ctx context.Context, attempt, count int, body []byte) (status int, err error) {
	a, err := w.send(ctx, http.MethodPost, body, w.header("Notification", "1.0", count, attempt))
	if err == nil && (a.status < 200 || a.status > 204) {
		err = fmt.Errorf("the webhook answered %s", statusLine(a.status))
	}
	return a.status, err
}

// NewEventID returns the id of an event, a GUID as those of Event Grid.
func NewEventID() string { return newGUID() }

// format writes the body of a request.
func (w *Webhook) format(list ...events.Event) ([]byte, error) {
	return events.Format(w.schema, w.topic, list...)
}

// maxBatchBytes is the most bytes of a request with several events, which is the largest limit that Event Grid offers.
const maxBatchBytes = 1 << 20

// formatBatch writes the body of a request with the first n events: as many as [maxBatchBytes] allows, at least one. An event that can't be
// formatted ends the batch, and is an error if it is the first.
func (w *Webhook) formatBatch(list []events.Event) (body []byte, n int, err error) {
	first, err := w.format(list[0])
	if err != nil || len(list) == 1 {
		return first, 1, err
	}
	body = append([]byte("["), objectOf(first)...)
	for n = 1; n < len(list); n++ {
		next, err := w.format(list[n])
		if err != nil || len(body)+len(",")+len(objectOf(next))+len("]") > maxBatchBytes {
			break
		}
		body = append(append(body, ','), objectOf(next)...)
	}
	if n == 1 {
		return first, 1, nil // which is no array in the schema of CloudEvents
	}
	return append(body, ']'), n, nil
}

// objectOf returns the object of an event that is formatted alone, without the array of Event Grid's schema.
func objectOf(one []byte) []byte {
	return bytes.TrimSuffix(bytes.TrimPrefix(one, []byte("[")), []byte("]"))
}

// header makes the headers of a request with a number of events.
func (w *Webhook) header(eventType, dataVersion string, count, attempt int) http.Header {
	h := http.Header{
		"Content-Type":          {w.schema.ContentType(count)},
		"Aeg-Event-Type":        {eventType},
		"Aeg-Subscription-Name": {strings.ToUpper(w.name)},
		"Aeg-Delivery-Count":    {strconv.Itoa(attempt)},
		"Aeg-Metadata-Version":  {"1"},
		"Aeg-Data-Version":      {dataVersion},
	}
	if w.schema == events.SchemaCloudEvents {
		h.Set("Aeg-Metadata-Version", "1.0")
		h.Del("Aeg-Data-Version")
	}
	return h
}

// webhookAnswer is what a webhook answered.
type webhookAnswer struct {
	status int // 0 without an answer
	header http.Header
	body   []byte
}

// maxAnswer is how much of the body of an answer is read.
const maxAnswer = 64 << 10

// send sends one request and reads the answer.
func (w *Webhook) send(ctx context.Context, method string, body []byte, header http.Header) (a webhookAnswer, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, AnswerTimeout, fmt.Errorf("there was no answer within %s", AnswerTimeout))
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, w.url.String(), bytes.NewReader(body))
	if err != nil {
		return a, errors.New("the request to the webhook can't be made")
	}
	req.Header = header
	req.Header["X-Idempotency-Key"] = nil // not sent: a request may be sent again if an idle connection turns out to be closed
	if w.schema == events.SchemaCloudEvents {
		req.Header.Set("WebHook-Request-Origin", eventGridOrigin)
	}
	res, err := w.transport.RoundTrip(req)
	if err == nil {
		defer func() { _ = res.Body.Close() }()
		a = webhookAnswer{status: res.StatusCode, header: res.Header}
		a.body, err = io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	}
	if err == nil {
		return a, nil
	}
	switch {
	case ctx.Err() != nil:
		err = context.Cause(ctx)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		err = errors.New("the connection was closed before the answer")
	}
	return webhookAnswer{}, errors.New(shortLine(redact.Text(withoutURL(err, w.url))))
}

// shortLine returns the beginning of a text in one line.
func shortLine(text string) string {
	const limit = 300
	text = strings.Join(strings.Fields(text), " ")
	if len(text) > limit {
		text = strings.ToValidUTF8(text[:limit], "") + "…"
	}
	return text
}

// withoutURL returns the text of an error without the query of the URL.
func withoutURL(err error, u *url.URL) string {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err
	}
	if u.RawQuery == "" {
		return err.Error()
	}
	return strings.ReplaceAll(err.Error(), u.RawQuery, "[redacted]")
}

// statusLine returns a status with its text.
func statusLine(status int) string {
	return strings.TrimSpace(strconv.Itoa(status) + " " + http.StatusText(status))
}
