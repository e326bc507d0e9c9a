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

// ErrNotSignedIn is what the callback of a [TokenHandler] returns for a request of nobody the application knows.
var ErrNotSignedIn = errors.New("not signed in")

// TokenHandler gives chat tokens to the people who are signed in to an application: it is mounted in the application's backend,
// and asked by its pages and apps. It is made by [Client.TokenHandler].
//
// It answers a POST, whose body it does not read, with 200 and
//
//	{"token":"…","expiresOn":"2026-01-02T15:04:05Z","user":{"communicationUserId":"8:acs:…"},"endpoint":"https://…"}
//
// which is all that a client of Communication Services needs, in the form the JavaScript libraries take. Other methods get 405:
// each answer is a new secret, and what may be fetched with GET is fetched ahead, cached and fetched again by everything between.
// Nobody signed in gets 401, and when no token can be had it answers 503, with Retry-After if the service has named a delay, or
// 500. Answers are never stored, and errors say nothing but their kind; the cause goes to the log.
//
// Cross-origin rules are the application's, as for its other handlers: wrap it in what serves them.
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
	// Logger gets one record for each request: Info for a token, with its user and end, and for nobody signed in; Error, with the
	// cause, when there was no token to give. Never a token. Nil: nothing is logged.
	Logger *slog.Logger
}

// TokenHandler makes a handler that issues tokens for what scopes allow. user tells who asks: the chat user of the person whom
// the application finds behind the request, made with [Client.CreateUser] and stored when there is none yet. It returns
// [ErrNotSignedIn] for nobody; any other error is a failure of the application's own and answered with 500.
//
// It fails with a [*chat.ArgumentError] if user is nil, or scopes or lifetime can't be used. Nil options are the zero value.
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

// fail tells the log why there is no token, and the one who asked only whether to come back.
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
	_ = json.NewEncoder(w).Encode(body) // whoever has gone can't be told
}
