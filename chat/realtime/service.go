package realtime

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
)

const (
	tokenHeader          = "X-Skypetoken"   //nolint:gosec // G101: it is the name of a header
	configurationVersion = "2024-09-01"     // of the only operation with a version
	stepTimeout          = 10 * time.Second // for one answer
)

// service makes the requests of one listener, each of them once. They are authenticated, logged and traced as those of the client.
type service struct {
	pipeline   *pipeline.Pipeline
	sessionID  string // cor_id
	endpointID string // epid, and the id of the registration
	started    time.Time
	attempts   int
}

func newService(p *pipeline.Pipeline) *service {
	return &service{pipeline: p, sessionID: pipeline.NewUUID(), endpointID: pipeline.NewUUID(), started: time.Now()}
}

// configuration contains the URLs of the notification service.
type configuration struct {
	trouter, registrar *url.URL
	template           registrationTemplate
}

// configure gets the configuration from the endpoint.
func (s *service) configure(ctx context.Context) (*configuration, error) {
	op := pipeline.Operation{
		Name: "Listener.GetConfiguration", Action: "realtime: get configuration", Status: http.StatusOK, Single: true,
	}
	ctx, cancel := context.WithTimeout(ctx, stepTimeout)
	defer cancel()
	wire, err := pipeline.Call[struct {
		Trouter   scalar `json:"trouterServiceUrl"`
		Registrar scalar `json:"registrarServiceUrl"`
		Cloud     scalar `json:"cloudType"`
	}](ctx, s.pipeline, op, func(ctx context.Context) (*http.Response, error) {
		return s.pipeline.Follow(ctx, "/chat/config/realTimeNotifications?api-version="+configurationVersion)
	})
	if err != nil {
		return nil, ifRefused(err)
	}
	c := &configuration{template: templateOf(string(wire.Cloud))}
	if c.trouter, err = serviceURL("trouterServiceUrl", string(wire.Trouter)); err == nil {
		c.registrar, err = serviceURL("registrarServiceUrl", string(wire.Registrar))
	}
	if err != nil {
		return nil, fatal{fmt.Errorf("%s: %w", op.Action, err)}
	}
	return c, nil
}

// allocation is a connection that the service has reserved.
type allocation struct {
	socket     *url.URL // with a path that is "/"
	deliverTo  string   // the URL to which the service sends events for this connection
	parameters url.Values
	ends       time.Time // zero: not known
}

// allocate reserves a connection.
func (s *service) allocate(ctx context.Context, c *configuration) (*allocation, error) {
	s.attempts++
	op := pipeline.Operation{
		Name: "Listener.Allocate", Action: "realtime: allocate connection", Status: http.StatusOK, TokenHeader: tokenHeader, Single: true,
	}
	ctx, cancel := context.WithTimeout(ctx, stepTimeout)
	defer cancel()
	target := *c.trouter
	target.Path, target.RawPath = strings.TrimRight(target.Path, "/")+"/v4/a", ""
	target.RawQuery = s.query().Encode()
	wire, err := pipeline.Call[struct {
		SocketIO   scalar            `json:"socketio"`
		SURL       scalar            `json:"surl"`
		CCID       scalar            `json:"ccid"`
		TTL        scalar            `json:"ttl"`
		Parameters map[string]scalar `json:"connectparams"`
	}](ctx, s.pipeline, op, func(ctx context.Context) (*http.Response, error) {
		return s.send(ctx, http.MethodPost, &target, "text/plain", "")
	})
	if err != nil {
		return nil, ifRefused(err)
	}
	socket, err := serviceURL("socketio", string(wire.SocketIO))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: %w", op.Action, err)
	case !isNeighbour(socket, c.trouter) && !isNeighbour(socket, c.registrar):
		return nil, fatal{fmt.Errorf("%s: socketio is not at a host of the configuration, and no token is sent there: %q",
			op.Action, pipeline.LogLine(socket.Host))}
	case wire.SURL == "":
		return nil, fmt.Errorf("%s: the answer has no surl", op.Action)
	}
	a := &allocation{socket: &url.URL{Scheme: socket.Scheme, Host: socket.Host, Path: "/"}, deliverTo: string(wire.SURL), parameters: url.Values{}}
	for name, value := range wire.Parameters {
		a.parameters.Set(name, string(value))
	}
	a.parameters.Set("v", "v4")
	if wire.CCID != "" {
		a.parameters.Set("ccid", string(wire.CCID))
	}
	if ttl := wire.TTL.seconds(); ttl > 0 {
		a.ends = time.Now().Add(ttl)
	}
	return a, nil
}

// query returns the parameters of every request of an attempt.
func (s *service) query() url.Values {
	return url.Values{
		"cor_id": {s.sessionID}, "epid": {s.endpointID},
		"con_num": {strconv.FormatInt(s.started.UnixMilli(), 10) + "_" + strconv.Itoa(s.attempts)},
	}
}

// socketQuery returns the parameters of the handshake and the socket.
func (s *service) socketQuery(a *allocation) url.Values {
	query := s.query()
	maps.Copy(query, a.parameters)
	query.Set("tc", `{"cv":"2024.14.01.55","ua":"acs-chat-go","hr":"","v":"1.0.0"}`)
	query.Set("timeout", "40")
	query.Set("auth", "true")
	query.Set("userActivity", `{"state":"active"}`)
	return query
}

// handshake is the response to the request that precedes the socket.
type handshake struct {
	id        string // a secret: it opens the socket
	heartbeat time.Duration
}

// handshake requests a socket.
func (s *service) handshake(ctx context.Context, a *allocation) (handshake, error) {
	op := pipeline.Operation{
		Name: "Listener.Handshake", Action: "realtime: handshake", Status: http.StatusOK, TokenHeader: tokenHeader, Single: true,
	}
	ctx, cancel := context.WithTimeout(ctx, stepTimeout)
	defer cancel()
	target := *a.socket
	target.Path = "/socket.io/1/"
	query := s.socketQuery(a)
	query.Set("t", strconv.FormatInt(time.Now().UnixMilli(), 10))
	target.RawQuery = query.Encode()
	var text string
	err := pipeline.Run(ctx, s.pipeline, op, func(ctx context.Context) (*http.Response, error) {
		resp, err := s.send(ctx, http.MethodGet, &target, "", "")
		if err == nil && resp.StatusCode == http.StatusOK {
			text = string(pipeline.Body(resp))
		}
		return resp, err
	})
	switch {
	case errors.Is(err, chat.ErrUnauthorized):
		return handshake{}, ifRefused(err)
	case err != nil:
		return handshake{}, err
	}
	id, rest, _ := strings.Cut(strings.TrimSpace(text), ":")
	times, transports, ok := strings.Cut(rest, ":")
	_, transports, ok2 := strings.Cut(transports, ":")
	if id == "" || !ok || !ok2 || pipeline.CheckID(id) != nil || !strings.Contains(","+transports+",", ",websocket,") {
		return handshake{}, fmt.Errorf("%s: the answer does not offer a WebSocket", op.Action)
	}
	return handshake{id: id, heartbeat: scalar(times).seconds()}, nil
}

// send sends a request to a host of the configuration.
func (s *service) send(ctx context.Context, method string, target *url.URL, contentType, body string) (*http.Response, error) {
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	req, err := http.NewRequestWithContext(ctx, method, target.String(), reader)
	if err != nil {
		return nil, err
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	return s.pipeline.Do(req)
}
