package chattest

import (
	"net/http"

	"github.com/acschat/acs-chat-go/chat/internal/operations"
)

// Browsers ask before a page of another origin sends a request that has a token, and let the page read an answer only if it names
// the origin, or "*": also a 401, without which a client does not renew its token.
const (
	preflightMethods = "GET, POST, PUT, PATCH, DELETE"
	preflightMaxAge  = "7200" // seconds, the most that Chromium keeps
)

// allowsPreflight reports whether a request is the question of a browser, and the answer is yes. It is for every path of chat, and
// for none of identity unless the options say so.
func (s *Service) allowsPreflight(r *http.Request) bool {
	return r.Method == http.MethodOptions && r.Header.Get("Origin") != "" && r.Header.Get("Access-Control-Request-Method") != "" &&
		(s.browserIdentity || !operations.IsIdentityPath(r.URL.Path))
}

// answerPreflight lets the page send what it asked for. It is complete with the headers that every answer has.
func answerPreflight(p *reply, r *http.Request) {
	p.header["Access-Control-Allow-Methods"] = []string{preflightMethods}
	p.header["Access-Control-Max-Age"] = []string{preflightMaxAge}
	if asked := r.Header.Values("Access-Control-Request-Headers"); len(asked) > 0 {
		p.header["Access-Control-Allow-Headers"] = asked
	}
	p.anonymous = true
	p.WriteHeader(http.StatusNoContent)
}
