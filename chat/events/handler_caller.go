package events

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
)

// hasSecret reports whether a URL contains one of the secrets, in a time that does not depend on them.
func (h *Handler) hasSecret(u *url.URL) bool {
	if h.options.Secrets == nil {
		return true
	}
	given := sha256.Sum256([]byte(u.Query().Get(h.options.SecretParameter)))
	found := 0
	for _, secret := range h.options.Secrets {
		sum := sha256.Sum256([]byte(secret))
		equal := subtle.ConstantTimeCompare(given[:], sum[:])
		if secret != "" {
			found |= equal
		}
	}
	return found == 1
}

// verifyToken checks the bearer token of a delivery. The error wraps ErrInvalidToken if there is none or it is not valid.
func (h *Handler) verifyToken(ctx context.Context, header http.Header) error {
	if h.options.VerifyToken == nil {
		return nil
	}
	scheme, token, _ := strings.Cut(header.Get("Authorization"), " ")
	if token = strings.TrimSpace(token); !strings.EqualFold(scheme, "Bearer") || token == "" {
		return fmt.Errorf("%w: there is none", ErrInvalidToken)
	}
	return h.safely(ctx, nil, func() error { return h.options.VerifyToken(ctx, token) })
}

// safely turns a panic of f into errPanicked, and logs it with the attributes.
func (h *Handler) safely(ctx context.Context, attrs []slog.Attr, f func() error) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = errPanicked
			h.log(ctx, slog.LevelError, "event handler panicked", slices.Concat(attrs, []slog.Attr{
				slog.String("panic", pipeline.LogLine(fmt.Sprint(cause))), slog.String("stack", string(debug.Stack())),
			})...)
		}
	}()
	return f()
}

// refuseCaller answers 401, without the reason: that is in the log.
func (h *Handler) refuseCaller(ctx context.Context, w http.ResponseWriter, err error) {
	h.log(ctx, slog.LevelWarn, "event delivery refused", slog.String("error", pipeline.LogLine(err.Error())))
	if h.options.VerifyToken != nil {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	refuse(w, http.StatusUnauthorized, "the secret or the token is missing or wrong")
}

// refuseToken answers a delivery whose token is not valid, or could not be checked.
func (h *Handler) refuseToken(ctx context.Context, w http.ResponseWriter, err error) {
	const reason = "the token could not be checked"
	switch {
	case errors.Is(err, ErrInvalidToken):
		h.refuseCaller(ctx, w, err)
	case errors.Is(err, errPanicked):
		refuse(w, http.StatusInternalServerError, reason)
	default:
		h.log(ctx, slog.LevelError, "event delivery not accepted", slog.String("error", pipeline.LogLine(reason+": "+err.Error())))
		refuse(w, http.StatusServiceUnavailable, reason)
	}
}

func (h *Handler) log(ctx context.Context, level slog.Level, message string, attrs ...slog.Attr) {
	logger := h.options.Logger
	if logger == nil {
		logger = slog.Default()
	}
	logger.LogAttrs(ctx, level, message, attrs...)
}
