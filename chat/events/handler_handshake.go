package events

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

const (
	allowedMethods = "POST, OPTIONS"
	validationType = "Microsoft.EventGrid.SubscriptionValidationEvent"
)

// allowOrigin answers the handshake of CloudEvents. Without the headers of the answer, the status alone is no consent.
func (h *Handler) allowOrigin(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Allow", allowedMethods)
	origin := r.Header.Get("WebHook-Request-Origin")
	if origin != "" && h.allows(origin) {
		w.Header().Set("WebHook-Allowed-Origin", origin)
		w.Header().Set("WebHook-Allowed-Rate", h.allowedRate(r.Header.Get("WebHook-Request-Rate")))
	}
	write(w, http.StatusOK, nil)
}

func (h *Handler) allows(origin string) bool {
	return h.options.AllowedOrigins == nil ||
		slices.ContainsFunc(h.options.AllowedOrigins, func(allowed string) bool { return allowed == "*" || strings.EqualFold(allowed, origin) })
}

// allowedRate is the number of requests in a minute, "*" for any.
func (h *Handler) allowedRate(requested string) string {
	n, err := strconv.Atoi(requested)
	switch {
	case h.options.AllowedRate > 0:
		return strconv.Itoa(h.options.AllowedRate)
	case err == nil && n > 0:
		return strconv.Itoa(n)
	}
	return "*"
}

// validationCode returns the code of the validation event, which Event Grid sends alone.
func validationCode(list []delivered) (code string, ok bool) {
	if len(list) != 1 {
		return "", false
	}
	unknown, ok := list[0].event.(Unknown)
	if !ok || !strings.EqualFold(unknown.Type, validationType) {
		return "", false
	}
	var event struct {
		Data struct {
			Code string `json:"validationCode"`
		} `json:"data"`
	}
	err := json.Unmarshal(unknown.Raw, &event)
	return event.Data.Code, err == nil && event.Data.Code != ""
}

// answerValidation answers the handshake of Event Grid's schema. The status must be 200.
func answerValidation(w http.ResponseWriter, code string) {
	body, _ := json.Marshal(struct { // which always encodes
		Response string `json:"validationResponse"`
	}{code})
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	write(w, http.StatusOK, body)
}

func write(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // to a caller that may be gone
}
