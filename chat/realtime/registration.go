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

// maxRegistration is for how long a registration is asked for at most.
const maxRegistration = 2 * time.Hour

// registrationTemplate names what the service is to send. It is that of the JavaScript client: another template gets other events,
// or none.
type registrationTemplate struct{ appID, key string }

func templateOf(cloud string) registrationTemplate {
	if cloud == "int" {
		return registrationTemplate{"cns-e2e-test", "cns-e2e-test:1.8"}
	}
	return registrationTemplate{"AcsWeb", "AcsWeb_Chat_2.1"}
}

// register asks for the events of the user, to be sent to the connection for a time. It replaces an earlier registration.
// The service's time of the answer is zero if the answer has none.
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
	_, err = pipeline.Call[pipeline.NoBody](ctx, s.pipeline, op, func(ctx context.Context) (*http.Response, error) {
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
	_, err := pipeline.Call[pipeline.NoBody](ctx, s.pipeline, op, func(ctx context.Context) (*http.Response, error) {
		resp, err := s.send(ctx, http.MethodDelete, registrations(c).JoinPath(s.endpointID), "", "")
		if err == nil {
			accept2xx(resp)
		}
		return resp, err
	})
	return err
}

func registrations(c *configuration) *url.URL {
	target := *c.registrar
	target.Path, target.RawPath, target.RawQuery = strings.TrimRight(target.Path, "/")+"/v3/registrations", "", ""
	return &target
}

// accept2xx makes every success the one that is expected: which of them the service answers is not documented.
func accept2xx(resp *http.Response) {
	if resp.StatusCode >= 200 && resp.StatusCode < 300 {
		resp.StatusCode = http.StatusAccepted
	}
}
