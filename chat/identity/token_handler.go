package identity

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"math"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
)

// ErrNotSignedIn is returned by the callback of a [TokenHandler] for a request without a signed-in user.
var ErrNotSignedIn = errors.New("not signed in")

// TokenHandler is an HTTP handler that issues chat tokens to the signed-in users of an application. It is part of the
// application's backend; [Client.TokenHandler] returns one.
//
// It answers POST, whose body it does not read, with 200 and
//
//	{"token":"…","expiresOn":"2026-01-02T15:04:05Z","user":{"communicationUserId":"8:acs:…"},"endpoint":"https://…"}
//
// which is what a client of Communication Services needs, in the form of the JavaScript libraries. Other methods are answered
// with 405: each response is a new secret, and responses to GET may be prefetched and cached. The status is 401 if no user is
// signed in. If no token can be issued it is 503, with Retry-After if the service requested a delay, or 500. Responses are never
// stored. Error responses contain only their kind; the cause is logged.
//
// Cross-origin rules are the application's: wrap the handler. It is safe for concurrent use if its callback is.
//
// The zero value is not usable; use [Client.TokenHandler].
type TokenHandler struct {
	endpoint string
	user     func(*http.Request) (chat.CommunicationUser, error)
	mint     func(context.Context, chat.CommunicationUser) (chat.AccessToken, error)
	logger   *slog.Logger
}

// TokenHandlerOptions are the optional settings of [Client.TokenHandler].
type TokenHandlerOptions struct {
	// Lifetime of each token, as in [TokenOptions].
	Lifetime time.Duration
	// Logger receives one record for each request: Info for a token, with its user and expiry, and if no user is signed in;
	// Error, with the cause, if no token was issued. It never receives a token. Nil means no logging.
	Logger *slog.Logger
}

// TokenHandler returns a handler that issues tokens with the given scopes. The callback user returns the chat user for a request:
// the one that the application created with [Client.CreateUser] for the person who is signed in. It returns [ErrNotSignedIn] if
// no one is; any other error is a failure of the application and is answered with 500.
//
// A nil user, no scopes, an empty scope and an invalid lifetime are each a [*chat.ArgumentError]. Nil options are the zero value.
func (c *Client) TokenHandler(user func(*http.Request) (chat.CommunicationUser, error), scopes []Scope, options *TokenHandlerOptions) (*TokenHandler, error) {
	if options == nil {
		options = &TokenHandlerOptions{}
	}
	if user == nil {
		return nil, &chat.ArgumentError{Name: "user", Reason: "must not be nil"}
	}
	lifetime := &TokenOptions{Lifetime: options.Lifetime}
	if _, err := newTokenRequest(scopes, lifetime); err != nil {
		return nil, err
	}
	logger := options.Logger
	if logger == nil {
		logger = slog.New(slog.DiscardHandler)
	}
	return &TokenHandler{endpoint: c.endpoint, user: user, mint: c.MintFunc(scopes, lifetime), logger: logger}, nil
}

// ServeHTTP answers one request.
func (h *TokenHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		answer(w, http.StatusMethodNotAllowed, tokenRefusal{"use POST"})
		return
	}
	user, err := h.user(r)
	if errors.Is(err, ErrNotSignedIn) {
		h.logger.InfoContext(r.Context(), "chat token refused: not signed in")
		answer(w, http.StatusUnauthorized, tokenRefusal{"not signed in"})
		return
	}
	var token chat.AccessToken
	if err == nil {
		token, err = h.mint(r.Context(), user)
	}
	if err != nil {
		h.fail(w, r, user, err)
		return
	}
	h.logger.InfoContext(r.Context(), "chat token issued", "user", user.ID, "expires_on", token.ExpiresOn)
	answer(w, http.StatusOK, tokenAnswer{
		Token: token.Token, ExpiresOn: token.ExpiresOn, User: tokenUser{user.ID}, Endpoint: h.endpoint,
	})
}

type tokenAnswer struct {
	Token     string    `json:"token"`
	ExpiresOn time.Time `json:"expiresOn,omitzero"`
	User      tokenUser `json:"user"`
	Endpoint  string    `json:"endpoint"`
}

type tokenUser struct {
	CommunicationUserID string `json:"communicationUserId"`
}

type tokenRefusal struct {
	Error string `json:"error"`
}

// fail logs why there is no token, and tells the client only whether to retry.
func (h *TokenHandler) fail(w http.ResponseWriter, r *http.Request, user chat.CommunicationUser, err error) {
	h.logger.ErrorContext(r.Context(), "no chat token", "user", user.ID, "error", pipeline.LogLine(err.Error()))
	_, unreachable := errors.AsType[net.Error](err) // a deadline is one too
	if !unreachable && !errors.Is(err, chat.ErrThrottled) && !errors.Is(err, chat.ErrUnavailable) {
		answer(w, http.StatusInternalServerError, tokenRefusal{"no token"})
		return
	}
	if refusal, ok := errors.AsType[*chat.Error](err); ok && refusal.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(refusal.RetryAfter.Seconds()))))
	}
	answer(w, http.StatusServiceUnavailable, tokenRefusal{"no token now, try again"})
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // an error means that the client has disconnected
}
