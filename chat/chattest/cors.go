package chattest

import (
	"net/http"

	"github.com/acschat/acs-chat-go/chat/internal/operations"
)

// Browsers send a preflight before a page of another origin sends a request with a token, and let the page read a response only if it
// names the origin, or "*". That includes a 401, on which a client renews its token.
const (
	preflightMethods = "GET, POST, PUT, PATCH, DELETE"
	preflightMaxAge  = "7200" // seconds, the maximum of Chromium
)

// allowsPreflight reports whether a request is a preflight that is allowed: for every path of the chat API, and for those of the
// identity API only with [Options.BrowserIdentity].
func (s *Service) allowsPreflight(r *http.Request) bool {
	return r.Method == http.MethodOptions && r.Header.Get("Origin") != "" && r.Header.Get("Access-Control-Request-Method") != "" &&
		(s.browserIdentity || !operations.IsIdentityPath(r.URL.Path))
}

// answerPreflight allows the headers that the preflight asks for.
func answerPreflight(p *reply, r *http.Request) {
	p.header["Access-Control-Allow-Methods"] = []string{preflightMethods}
	p.header["Access-Control-Max-Age"] = []string{preflightMaxAge}
	if asked := r.Header.Values("Access-Control-Request-Headers"); len(asked) > 0 {
		p.header["Access-Control-Allow-Headers"] = asked
	}
	p.anonymous = true
	p.WriteHeader(http.StatusNoContent)
}
