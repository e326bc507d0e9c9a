package realtime

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
)

// maxRegistration is the maximum lifetime of a registration that is requested.
const maxRegistration = 2 * time.Hour

// registrationTemplate selects the events that the service sends. It is that of the JavaScript client: another template gets other events,
// or none.
type registrationTemplate struct{ appID, key string }

func templateOf(cloud string) registrationTemplate {
	if cloud == "int" {
		return registrationTemplate{"cns-e2e-test", "cns-e2e-test:1.8"}
	}
	return registrationTemplate{"AcsWeb", "AcsWeb_Chat_2.1"}
}

// register requests that events of the user are sent to the connection for a time. It replaces an earlier registration. The returned time
// is that of the response by the service's clock, zero if the response has none.
func (s *service) register(ctx context.Context, c *configuration, deliverTo string, ttl time.Duration) (date time.Time, err error) {
	type transport struct {
		Context string `json:"context"`
		Path    string `json:"path"`
		TTL     int64  `json:"ttl"`
	}
	body, err := json.Marshal(map[string]any{
		"clientDescription": map[string]string{
			"appId": c.template.appID, "aesKey": "", "languageId": "en-US", "platform": "SPOOL", "templateKey": c.template.key,
			"platformUIVersion": "0.0.0",
		},
		"registrationId": s.endpointID, "nodeId": "",
		"transports": map[string][]transport{"TROUTER": {{Path: deliverTo, TTL: int64(ttl / time.Second)}}},
	})
	if err != nil {
		return date, err
	}
	op := pipeline.Operation{
		Name: "Listener.Register", Action: "realtime: register", Status: http.StatusAccepted, Or: http.StatusOK, TokenHeader: tokenHeader, Single: true,
	}
	ctx, cancel := context.WithTimeout(ctx, stepTimeout)
	defer cancel()
	err = pipeline.Run(ctx, s.pipeline, op, func(ctx context.Context) (*http.Response, error) {
		resp, err := s.send(ctx, http.MethodPost, registrations(c), "application/json", string(body))
		if err == nil {
			date, _ = http.ParseTime(resp.Header.Get("Date"))
			accept2xx(resp)
		}
		return resp, err
	})
	return date, ifRefused(err)
}

// unregister ends the registration.
func (s *service) unregister(ctx context.Context, c *configuration) error {
	op := pipeline.Operation{
		Name: "Listener.Unregister", Action: "realtime: unregister", Status: http.StatusAccepted, Or: http.StatusNotFound, TokenHeader: tokenHeader,
		Single: true,
	}
	return pipeline.Run(ctx, s.pipeline, op, func(ctx context.Context) (*http.Response, error) {
		resp, err := s.send(ctx, http.MethodDelete, registrations(c).JoinPath(s.endpointID), "", "")
		if err == nil {
			accept2xx(resp)
		}
		return resp, err
	})
}

func registrations(c *configuration) *url.URL {
	target := *c.registrar
	target.Path, target.RawPath, target.RawQuery = strings.TrimRight(target.Path, "/")+"/v3/registrations", "", ""
	return &target
}

// accept2xx accepts every success status, since the one that the service sends is not documented.
func accept2xx(resp *http.Response) {
	if resp.StatusCode >= 200 && resp.StatusCode < 300 {
		resp.StatusCode = http.StatusAccepted
	}
}
