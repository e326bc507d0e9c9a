package realtime_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// The steps of a connection, as the scripted service names them.
const (
	configure  = "configure"
	allocate   = "allocate"
	handshake  = "handshake"
	upgrade    = "upgrade"
	register   = "register"
	unregister = "unregister"
)

// answer is what the service does with one request, in place of what it does otherwise.
type answer func(*http.Request) (*http.Response, error)

// server is a service for one user that speaks the protocol and misbehaves on request. It is the transport of its clients, has no socket
// and takes the time of the bubble.
type server struct {
	mu       sync.Mutex // guards what follows
	script   map[string][]answer
	always   map[string]answer
	requests []sent
	sockets  []*socket
	greet    func(*socket) // nil: as the service does
	silent   bool          // nothing is acknowledged
	frames   []string      // from the client, without acknowledgements of pings
	config   string
	ttl      string
}

// sent is a request that has come.
type sent struct {
	step, token, query, body string
	at                       time.Time
}

func newServer() *server {
	return &server{
		script: make(map[string][]answer), always: make(map[string]answer),
		config: `{"trouterServiceUrl":"https://trouter.test","registrarServiceUrl":"https://registrar.test/prod","cloudType":"Public"}`,
		ttl:    "604800",
	}
}

// next has the next requests of a step answered so.
func (s *server) next(step string, answers ...answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.script[step] = append(s.script[step], answers...)
}

// all has all requests of a step answered so, nil as usual.
func (s *server) all(step string, a answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.always[step] = a
}

// seen lists the requests of a step.
func (s *server) seen(step string) []sent {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []sent
	for _, r := range s.requests {
		if r.step == step {
			list = append(list, r)
		}
	}
	return list
}

func stepOf(req *http.Request) string {
	switch req.Method + " " + req.URL.Host + req.URL.Path {
	case "GET contoso.test/chat/config/realTimeNotifications":
		return configure
	case "POST trouter.test/v4/a":
		return allocate
	case "GET trouter.test/socket.io/1/":
		return handshake
	case "POST registrar.test/prod/v3/registrations":
		return register
	}
	switch {
	case strings.HasPrefix(req.URL.Path, "/socket.io/1/websocket/"):
		return upgrade
	case req.Method == http.MethodDelete && strings.HasPrefix(req.URL.Path, "/prod/v3/registrations/"):
		return unregister
	}
	return req.Method + " " + req.URL.String()
}

// Do serves one request.
func (s *server) Do(req *http.Request) (*http.Response, error) {
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	step := stepOf(req)
	body := []byte(nil)
	if req.Body != nil {
		body, _ = io.ReadAll(req.Body)
	}
	s.mu.Lock()
	s.requests = append(s.requests, sent{
		step: step, token: req.Header.Get("Authorization") + req.Header.Get("X-Skypetoken"), query: req.URL.RawQuery, body: string(body), at: time.Now(),
	})
	answers := s.script[step]
	a := s.always[step]
	if len(answers) > 0 {
		a, s.script[step] = answers[0], answers[1:]
	}
	s.mu.Unlock()
	if a == nil {
		a = s.usual(step)
	}
	resp, err := a(req)
	if resp != nil {
		resp.Request = req
	}
	return resp, err
}

func (s *server) usual(step string) answer {
	switch step {
	case configure:
		return reply(200, s.config)
	case allocate:
		return reply(200, `{"socketio":"https://trouter.test/","url":"https://trouter.test:3443/v4/f/abc/","surl":"https://trouter.test:3443/v4/f/abc/",`+
			`"ccid":"c1","ttl":"`+s.ttl+`","connectparams":{"sr":"abc","issuer":"test","se":"1762766400000","sig":"5F0C"}}`)
	case handshake:
		return reply(200, "the-secret-sid:60:60:websocket")
	case upgrade:
		return s.open
	case register, unregister:
		return reply(202, "")
	}
	return func(req *http.Request) (*http.Response, error) {
		return nil, fmt.Errorf("there is nothing at %s", req.URL)
	}
}

// reply answers with a status and a body; header holds names and values in turn.
func reply(status int, body string, header ...string) answer {
	return func(*http.Request) (*http.Response, error) {
		h := http.Header{}
		for i := 0; i < len(header); i += 2 {
			h.Set(header[i], header[i+1])
		}
		return &http.Response{
			StatusCode: status, Status: fmt.Sprintf("%d %s", status, http.StatusText(status)), Header: h,
			Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
		}, nil
	}
}

var errReset = errors.New("connection reset by peer")

// reset breaks the connection.
func reset(*http.Request) (*http.Response, error) { return nil, errReset }

// hang never answers.
func hang(req *http.Request) (*http.Response, error) {
	<-req.Context().Done()
	return nil, req.Context().Err()
}

// open answers an upgrade over a pipe.
func (s *server) open(req *http.Request) (*http.Response, error) {
	near, far := net.Pipe()
	go s.serve(&hijacked{far: far, header: http.Header{}}, req.Clone(context.Background()))
	reader := bufio.NewReader(near)
	resp, err := http.ReadResponse(reader, req)
	if err != nil {
		return nil, errors.Join(err, near.Close())
	}
	resp.Body = pipe{reader, near}
	return resp, nil
}

// pipe is the connection that the response to an upgrade holds.
type pipe struct {
	io.Reader
	net.Conn
}

func (p pipe) Read(b []byte) (int, error) { return p.Reader.Read(b) }

// hijacked is the server's side of an upgrade.
type hijacked struct {
	far    net.Conn
	header http.Header
}

func (h *hijacked) Header() http.Header         { return h.header }
func (h *hijacked) Write(b []byte) (int, error) { return h.far.Write(b) }

func (h *hijacked) WriteHeader(status int) {
	var text strings.Builder
	fmt.Fprintf(&text, "HTTP/1.1 %d %s\r\n", status, http.StatusText(status))
	_ = h.header.Write(&text)
	_, _ = io.WriteString(h.far, text.String()+"\r\n")
}

func (h *hijacked) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return h.far, bufio.NewReadWriter(bufio.NewReader(h.far), bufio.NewWriter(h.far)), nil
}

// socket is one connection, seen from the service.
type socket struct {
	server     *server
	conn       *websocket.Conn
	registered int // requests to register when it was opened
	lastID     int
}

func (s *server) serve(w http.ResponseWriter, req *http.Request) {
	req.Proto, req.ProtoMajor, req.ProtoMinor = "HTTP/1.1", 1, 1
	conn, err := websocket.Accept(w, req, nil)
	if err != nil {
		panic(err)
	}
	defer func() { _ = conn.CloseNow() }()
	sock := &socket{server: s, conn: conn, registered: len(s.seen(register))}
	s.mu.Lock()
	s.sockets = append(s.sockets, sock)
	greet := s.greet
	s.mu.Unlock()
	if greet == nil {
		greet = (*socket).greet
	}
	greet(sock)
	for {
		_, data, err := conn.Read(req.Context())
		if err != nil {
			return
		}
		s.mu.Lock()
		s.frames = append(s.frames, string(data))
		silent := s.silent
		s.mu.Unlock()
		if id, ok := strings.CutPrefix(string(data), "5:"); ok && !silent {
			id, _, plus := strings.Cut(id, "+::")
			if plus {
				sock.send("6:::" + id + "+[]")
			}
		}
	}
}

func (k *socket) greet() {
	k.send("1::")
	k.send(`5:1::{"name":"trouter.connected","args":[{"ttl":` + k.server.ttl + `,"dur":"3"}]}`)
}

// send sends a frame, and reports whether the client can have got it.
func (k *socket) send(frame string) bool {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return k.conn.Write(ctx, websocket.MessageText, []byte(frame)) == nil
}

// drop breaks the connection.
func (k *socket) drop() { _ = k.conn.CloseNow() }

// live is the newest socket.
func (s *server) live() *socket {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sockets[len(s.sockets)-1]
}

// deliver sends a payload over the newest socket, if the client has registered it.
func (s *server) deliver(payload string) bool {
	sock := s.live()
	if len(s.seen(register)) == sock.registered {
		return false
	}
	return sock.deliver(payload)
}

func (k *socket) deliver(payload string) bool {
	k.lastID++
	text, err := json.Marshal(map[string]any{
		"id": k.lastID, "method": "POST", "url": "/v4/f/abc/event", "body": payload,
		"headers": map[string]string{"MS-CV": "cv.1", "trouter-request": `{"id":"r"}`, "Content-Type": "application/json"},
	})
	if err != nil {
		panic(err)
	}
	return k.send("3:::" + string(text))
}

// framesLike lists the frames of the client that begin so.
func (s *server) framesLike(prefix string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []string
	for _, f := range s.frames {
		if strings.HasPrefix(f, prefix) {
			list = append(list, f)
		}
	}
	return list
}

// decoded decodes what the client has sent.
func decoded[T any](text string) (v T) {
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		panic(err)
	}
	return v
}
