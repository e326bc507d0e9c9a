package events

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/acschat/acs-chat-go/chat"
)

// HandlerOptions are the optional settings of [NewHandler]. At least Secrets or VerifyToken should be set: Event Grid does not sign what it
// delivers, so that without them the handler accepts the requests of anyone.
type HandlerOptions struct {
	// Secrets are the accepted values of the query parameter SecretParameter in the URL of the subscription; more than one while it is
	// changed. Requests without any of them are refused with 401. Nil accepts all requests; an empty value accepts none, so that a secret
	// that is missing in the environment does not open the handler.
	Secrets []string
	// SecretParameter is the query parameter that contains the secret. Empty means "secret".
	SecretParameter string
	// VerifyToken checks the bearer token that Event Grid sends if the subscription has Microsoft Entra authentication. It must check the
	// signature, the audience, the issuer and the lifetime. An error that wraps [ErrInvalidToken] means that the token is not valid: the
	// answer is 401, after which Event Grid gives the delivery up. Any other error means that the token could not be checked, for example
	// because the signing keys could not be loaded: the answer is 503, and Event Grid delivers again. Deliveries without a token are refused
	// with 401. The handshake of CloudEvents is accepted without a token. Nil accepts all requests.
	VerifyToken func(ctx context.Context, token string) error

	// AllowedOrigins are the origins that may deliver CloudEvents, such as "eventgrid.azure.net", in any letter case. "*" allows every origin,
	// and so does nil; an empty list allows none. The handshake tells them to Event Grid: it does not restrict deliveries, see Secrets.
	AllowedOrigins []string
	// AllowedRate is the number of requests in a minute that CloudEvents may be delivered at. 0 or less allows the rate that is asked for. The
	// handler does not enforce it.
	AllowedRate int

	// Timeout is when the context of the callback ends: counted from the start of the request, or of the callback if there is a queue. The
	// body must arrive within it, too: the handler sets the read deadline of the request, in place of that of [http.Server].ReadTimeout, and
	// removes it after the body. 0 or less means 25 seconds, since Event Grid waits 30 seconds for an answer.
	Timeout time.Duration
	// IgnoreSender is a user whose messages, edits, deletions and typing are not passed to the callback, such as the bot that the callback
	// answers as. Identifiers are compared by their raw ids. Nil ignores no one.
	IgnoreSender chat.Identifier
	// Seen records the events that were handled. Nil keeps the latest 20,000 in memory, as NewMemorySeenStore does.
	Seen SeenStore

	// QueueSize is the number of events that may wait for the callback after they were acknowledged. 0 or less means that the callback runs
	// before the answer. See [NewHandler] for what is lost with a queue.
	QueueSize int
	// QueueWorkers is the number of callbacks that run at the same time for events in the queue. 0 or less means 1. With more than one, events may
	// overtake each other.
	QueueWorkers int

	// Logger receives failed callbacks, panics and refused requests. It receives neither URLs nor tokens nor contents of events. Nil means
	// slog.Default.
	Logger *slog.Logger
}

// ErrInvalidToken is the error that [HandlerOptions].VerifyToken wraps to report that a token is not valid.
var ErrInvalidToken = errors.New("the token is not valid")

const (
	defaultTimeout = 25 * time.Second
	recordTimeout  = 3 * time.Second // in what is left of the 30 seconds after which Event Grid gives up
	defaultSeen    = 20_000
)

// Handler is the webhook of an event subscription. It is safe for concurrent use. The zero value is not usable; use [NewHandler].
type Handler struct {
	callback func(context.Context, Event) error
	options  HandlerOptions
	running  claims
	queue    queue
}

// NewHandler returns a webhook for Event Grid that passes events to a callback. It accepts both schemas and both handshakes: it answers the
// validation event of Event Grid's schema with its code, and the OPTIONS request of CloudEvents with the allowed origin and rate. Events of
// other types, including those of Event Grid itself, are passed as [Unknown].
//
// By default the callback runs before the answer: 200 tells Event Grid that all events of the request were handled, and after an error of the
// callback the answer is 503, so that Event Grid delivers again. The events of a request are passed in their order, up to the first error;
// requests run in parallel. The context of the callback has the values of the context of the request, ends after the timeout, and does not
// end if Event Grid closes the connection, so that an event which is being handled needs no second delivery. An event is handled if the
// callback returns nil, also after its context has ended; the events after it in the request are then not passed, and the answer is 503.
//
// Event Grid delivers at least once and not in order. The handler passes an event once: it skips events that the callback has handled
// without an error before, recognised by their ID, source and type, or by thread, kind, message or participant, version, level and
// recipient. A delivery of an event whose callback is running waits for it. Typing is recognised by its ID only. Records are lost with the
// process unless [HandlerOptions].Seen keeps them, and two processes may handle the same event at the same time: callbacks should be
// idempotent.
//
// With a queue, the answer is 200 once all events of the request are in it, or 503 if they do not fit. Errors of the callback are only
// logged, and queued events are lost if the process ends before [Handler.Shutdown] returns.
//
// Other answers are: 400 for a body that [ParseRequest] does not read, 401 for a wrong secret or token, 405 for other methods, 408 for a body
// that is not complete before the timeout, 413 for more than 4 MiB, 415 for a content that is not JSON or is compressed, 500 after a panic of
// the callback, the store or VerifyToken, which is logged, and 503 after Shutdown. Event Grid does not deliver again after 400, 401 and 413.
//
// Callback must not be nil. Nil options are the zero value.
func NewHandler(callback func(context.Context, Event) error, options *HandlerOptions) *Handler {
	if callback == nil {
		panic("events: NewHandler: the callback is nil")
	}
	h := &Handler{callback: callback}
	if options != nil {
		h.options = *options
	}
	if h.options.SecretParameter == "" {
		h.options.SecretParameter = "secret"
	}
	if h.options.Timeout <= 0 {
		h.options.Timeout = defaultTimeout
	}
	if h.options.Seen == nil {
		h.options.Seen = NewMemorySeenStore(defaultSeen)
	}
	h.queue = queue{size: h.options.QueueSize, workers: max(h.options.QueueWorkers, 1), work: h.handleQueued}
	return h
}

// Shutdown refuses new requests with 503, also handshakes, and waits until the callbacks of queued events have returned, or ctx ends. The
// error is that of ctx. Requests that are running are waited for by [http.Server.Shutdown].
func (h *Handler) Shutdown(ctx context.Context) error { return h.queue.shutdown(ctx) }

// ServeHTTP answers a handshake or a delivery.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), h.options.Timeout)
	defer cancel()
	setReadDeadline(ctx, w) // also for a body that the server discards
	switch {
	case r.Method != http.MethodPost && r.Method != http.MethodOptions:
		w.Header().Set("Allow", allowedMethods)
		refuse(w, http.StatusMethodNotAllowed, "the method must be POST or OPTIONS")
	case h.queue.closed():
		refuse(w, http.StatusServiceUnavailable, "the program is shutting down")
	case !h.hasSecret(r.URL):
		h.refuseCaller(ctx, w, errors.New("the secret is missing or wrong"))
	case r.Method == http.MethodOptions:
		h.allowOrigin(w, r)
	default:
		if err := h.verifyToken(ctx, r.Header); err != nil {
			h.refuseToken(ctx, w, err)
			return
		}
		h.serveDelivery(ctx, w, r)
	}
}

// serveDelivery answers a POST request of an accepted caller.
func (h *Handler) serveDelivery(ctx context.Context, w http.ResponseWriter, r *http.Request) {
	if !isJSON(r.Header) {
		refuse(w, http.StatusUnsupportedMediaType, "the content must be JSON, and not compressed")
		return
	}
	body, status := readBody(w, r)
	if status != 0 {
		refuse(w, status, "the body is too large, too slow or not complete")
		return
	}
	items, err := parseRequest(r.Header, body)
	if err != nil {
		refuse(w, http.StatusBadRequest, "the body is not events of Event Grid")
		return
	}
	list := deliveredOf(items)
	if code, ok := validationCode(list); ok {
		answerValidation(w, code)
		return
	}
	answer(w, h.handle(ctx, list), "")
}

// isJSON reports whether a body is JSON that is not compressed.
func isJSON(header http.Header) bool {
	media, _, err := mime.ParseMediaType(header.Get("Content-Type"))
	encoding := header.Get("Content-Encoding")
	return err == nil && (media == "application/json" || strings.HasSuffix(media, "+json")) && (encoding == "" || strings.EqualFold(encoding, "identity"))
}

// readBody reads a body before the read deadline. The status is 0, or that of the refusal.
func readBody(w http.ResponseWriter, r *http.Request) (body []byte, status int) {
	if r.ContentLength > maxBody {
		return nil, http.StatusRequestEntityTooLarge
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return nil, http.StatusRequestEntityTooLarge
	}
	if err != nil {
		return nil, http.StatusRequestTimeout // after the deadline, or to a caller that is gone
	}
	setReadDeadline(context.WithoutCancel(r.Context()), w)
	return body, 0
}

// setReadDeadline ends reading with a context, or removes the deadline for one that does not end. Some writers do not support it.
func setReadDeadline(ctx context.Context, w http.ResponseWriter) {
	deadline, _ := ctx.Deadline()
	_ = http.NewResponseController(w).SetReadDeadline(deadline)
}

func refuse(w http.ResponseWriter, status int, reason string) { answer(w, status, reason+"\n") }

// answer writes a short text, with its length: Event Grid once refused chunked answers to handshakes.
func answer(w http.ResponseWriter, status int, text string) {
	if text != "" {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	}
	write(w, status, []byte(text))
}
