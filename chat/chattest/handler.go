package chattest

import (
	"io"
	"mime"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"github.com/acschat/acs-chat-go/chat/internal/operations"
)

// maxBody is the limit for the body of a request in bytes. No operation accepts as much.
const maxBody = 1 << 20

// ServeHTTP answers one request and records it. If the service is closed, it breaks the connection.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	select {
	case <-s.closing:
		panic(http.ErrAbortHandler)
	default:
	}
	start := time.Now()
	s.deleteDueThreads()
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil {
		panic(http.ErrAbortHandler) // the client is gone
	}
	query, _ := url.ParseQuery(r.URL.RawQuery) // without malformed parameters
	op := s.operation(r)
	p := s.newReplyTo(r)
	var fault Fault
	allowed := s.allowsPreflight(r)
	if !allowed {
		fault, p.fault = s.faults.take(op)
	}
	if op == OpenRealtimeSocket && !(p.fault != 0 && fault.replaces()) {
		s.serveSocket(w, r, p, query, fault)
		return
	}
	switch {
	case allowed:
		answerPreflight(p, r)
	case p.fault != 0 && fault.LoseRequest:
		s.record(newRequest(r, op, query, body, p, time.Since(start)))
		panic(http.ErrAbortHandler)
	case p.fault != 0 && fault.replaces():
		s.replace(p, r, op, fault)
	case op == "":
		s.refuseRoute(p, r)
	case len(body) > maxBody:
		answer(p, 0, nil, contentTooLarge())
	default:
		s.serve(p, r, op, query, body, fault)
	}
	if p.fault != 0 {
		fault.distort(p, r)
	}
	took := time.Since(start) + fault.Delay
	s.complete(p, r, op, took)
	s.record(newRequest(r, op, query, body, p, took))
	s.hold(r, fault.Delay)
	length := p.body.Len()
	switch {
	case fault.LoseReply, fault.CutBody && length == 0:
		panic(http.ErrAbortHandler)
	case fault.CutBody:
		p.send(w, length/2)
		panic(http.ErrAbortHandler)
	}
	p.send(w, length)
}

// newReplyTo starts the reply to a request, in the error style of its API.
func (s *Service) newReplyTo(r *http.Request) *reply {
	p := newReply()
	p.at, p.style = s.Now(), s.errorStyle
	if p.identity = operations.IsIdentityPath(r.URL.Path); p.identity {
		p.style = ErrorStyleDocumented
	}
	return p
}

// operation returns the operation that a request calls. It is empty if there is none, or if the router would redirect.
func (s *Service) operation(r *http.Request) Operation {
	escaped := r.URL.EscapedPath()
	if r.Method == http.MethodHead || strings.TrimSuffix(escaped, "/") != path.Clean(escaped) {
		return ""
	}
	_, pattern := s.router.Handler(r)
	return operationOf(pattern)
}

// refuseRoute answers a request that calls no operation: 405 if the path has operations of other methods, 404 otherwise.
func (s *Service) refuseRoute(p *reply, r *http.Request) {
	probe := r.Clone(r.Context())
	probe.Method = "-"
	handler, _ := s.router.Handler(probe)
	found := newReply()
	handler.ServeHTTP(found, probe)
	allow := found.header.Get("Allow")
	if allow == "" {
		answer(p, 0, nil, refuse(http.StatusNotFound, ""))
		return
	}
	p.header.Set("Allow", strings.Replace(allow, "HEAD, ", "", 1)) // the router adds it to every GET
	answer(p, 0, nil, refuse(http.StatusMethodNotAllowed, ""))
}

// serve runs the operation of a request, if the request is admitted.
func (s *Service) serve(p *reply, r *http.Request, op Operation, query url.Values, body []byte, fault Fault) {
	c := &call{s: s, base: baseURL(r), query: query, body: body, shortPage: fault.ShortPage, clockSkew: fault.ClockSkew}
	c.listingLag = max(s.listingLag, fault.ListingLag)
	err := c.admit(r, op)
	p.user = c.user
	if err != nil {
		answer(p, 0, nil, err)
		return
	}
	r = c.attach(r)
	if fault.DuplicateRequest {
		s.router.ServeHTTP(newReply(), r)
	}
	s.router.ServeHTTP(p, r)
}

// replace answers a request with a fault.
func (s *Service) replace(p *reply, r *http.Request, op Operation, fault Fault) {
	if user, _, err := s.authenticate(op.authorization(r)); err == nil {
		p.user = user
		if fault.RevokedToken {
			s.Revoke(User{ID: user})
		}
	}
	fault.answer(p)
}

// admit makes the checks that precede every operation, in the order of the service.
func (c *call) admit(r *http.Request, op Operation) error {
	identity := operations.IsIdentityPath(r.URL.Path)
	if version := c.query.Get("api-version"); !op.supports(version) && !(c.s.lenientVersions && isVersion(version)) {
		return unsupportedVersion(c.base+r.URL.Path, version)
	}
	authorize := c.authorizeChat
	if identity {
		authorize = c.authorizeIdentity
	}
	if err := authorize(r, op); err != nil {
		return err
	}
	if len(c.body) > 0 && !isJSON(r.Header.Get("Content-Type")) {
		return refuse(http.StatusUnsupportedMediaType, "")
	}
	if c.s.limiter == nil {
		return nil
	}
	published, _ := op.published()
	return c.s.limiter.take(published.Rates, c.user, threadOfPath(r.URL.Path), c.s.Now())
}

// authorizeChat checks the user token of a call and its scopes.
func (c *call) authorizeChat(r *http.Request, op Operation) error {
	user, scopes, err := c.s.authenticate(op.authorization(r))
	if err != nil {
		return err
	}
	c.user = user
	if !op.allowedBy(scopes) {
		r := refuse(http.StatusForbidden, "")
		r.reason = "the token has the scopes " + strings.Join(scopes, ", ")
		return r
	}
	return nil
}

// hold delays a reply by d. If the client gives up or the service is closed in the meantime, it breaks the connection.
func (s *Service) hold(r *http.Request, d time.Duration) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-r.Context().Done():
		panic(http.ErrAbortHandler)
	case <-s.closing:
		panic(http.ErrAbortHandler)
	}
}

// isJSON accepts both content types of the contract for every operation, and a missing one.
func isJSON(contentType string) bool {
	media, _, err := mime.ParseMediaType(contentType)
	return contentType == "" || err == nil && (media == "application/json" || media == "application/merge-patch+json")
}

// baseURL is the scheme and host that the caller used.
func baseURL(r *http.Request) string {
	if r.TLS == nil {
		return "http://" + r.Host
	}
	return "https://" + r.Host
}
