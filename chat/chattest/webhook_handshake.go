package chattest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/acschat/acs-chat-go/chat/events"
)

// eventGridOrigin is the origin that Event Grid names to webhooks of CloudEvents.
const eventGridOrigin = "eventgrid.azure.net"

// Validate asks the webhook whether it accepts events: with a validation event, which it must answer with 200 and the code in it, or for
// CloudEvents with OPTIONS, which it must answer with the allowed origin and rate. It returns the status of the answer, 0 without one, and
// an error if that is not a consent.
func (w *Webhook) Validate(ctx context.Context) (status int, err error) {
	if w.handshakeMethod() == http.MethodOptions {
		return w.askPermission(ctx)
	}
	code := strings.ToUpper(newGUID())
	body := encode([]any{struct {
		ID              string            `json:"id"`
		Topic           string            `json:"topic"`
		Subject         string            `json:"subject"`
		Data            map[string]string `json:"data"`
		EventType       string            `json:"eventType"`
		EventTime       string            `json:"eventTime"`
		MetadataVersion string            `json:"metadataVersion"`
		DataVersion     string            `json:"dataVersion"`
	}{
		newGUID(), w.topic, "", map[string]string{"validationCode": code}, "Microsoft.EventGrid.SubscriptionValidationEvent",
		time.Now().UTC().Format("2006-01-02T15:04:05.0000000Z"), "1", "2",
	}})
	a, err := w.send(ctx, http.MethodPost, body, w.header("SubscriptionValidation", "2", 1, 0))
	var answered struct {
		ValidationResponse string `json:"validationResponse"`
	}
	switch {
	case err != nil:
		return 0, err
	case a.status != http.StatusOK:
		return a.status, fmt.Errorf("the validation event was answered with %s, not 200", statusLine(a.status))
	case json.Unmarshal(a.body, &answered) != nil || !strings.EqualFold(answered.ValidationResponse, code):
		return a.status, errors.New("the answer to the validation event does not contain its validationCode as validationResponse")
	}
	return a.status, nil
}

// handshakeMethod returns the method of the handshake.
func (w *Webhook) handshakeMethod() string {
	if w.schema == events.SchemaCloudEvents {
		return http.MethodOptions
	}
	return http.MethodPost
}

// askPermission makes the handshake of CloudEvents.
func (w *Webhook) askPermission(ctx context.Context) (status int, err error) {
	header := http.Header{"Webhook-Request-Rate": {"120"}}
	a, err := w.send(ctx, http.MethodOptions, nil, header)
	if err != nil {
		return 0, err
	}
	origin := a.header.Get("WebHook-Allowed-Origin")
	switch {
	case a.status < 200 || a.status > 299:
		return a.status, fmt.Errorf("OPTIONS was answered with %s", statusLine(a.status))
	case origin != "*" && !strings.EqualFold(origin, eventGridOrigin):
		return a.status, fmt.Errorf("the answer to OPTIONS has no WebHook-Allowed-Origin with %s or *", eventGridOrigin)
	case a.header.Get("WebHook-Allowed-Rate") == "":
		return a.status, errors.New("the answer to OPTIONS has no WebHook-Allowed-Rate")
	}
	return a.status, nil
}
