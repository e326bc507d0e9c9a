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

// verifyToken checks the bearer token of a delivery.
func (h *Handler) verifyToken(ctx context.Context, header http.Header) error {
	if h.options.VerifyToken == nil {
		return nil
	}
	scheme, token, _ := strings.Cut(header.Get("Authorization"), " ")
	if token = strings.TrimSpace(token); !strings.EqualFold(scheme, "Bearer") || token == "" {
		return errors.New("there is no bearer token")
	}
	if err := h.options.VerifyToken(ctx, token); err != nil {
		return fmt.Errorf("verify the token: %w", err)
	}
	return nil
}

// refuseCaller answers 401, without the reason: that is in the log.
func (h *Handler) refuseCaller(ctx context.Context, w http.ResponseWriter, err error) {
	h.log(ctx, slog.LevelWarn, "event delivery refused", slog.String("error", pipeline.LogLine(err.Error())))
	if h.options.VerifyToken != nil {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	refuse(w, http.StatusUnauthorized, "the secret or the token is missing or wrong")
}

func (h *Handler) log(ctx context.Context, level slog.Level, message string, attrs ...slog.Attr) {
	logger := h.options.Logger
	if logger == nil {
		logger = slog.Default()
	}
	logger.LogAttrs(ctx, level, message, attrs...)
}
