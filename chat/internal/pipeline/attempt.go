package pipeline

import (
	"net/http"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// Authenticate authorizes an attempt and sends it.
type Authenticate func(*Attempt) (*http.Response, error)

// Attempt is one try of a call: the first one or a retry.
type Attempt struct {
	*shared
	Request *http.Request // only Send may read its body
	call    *call
	azcore  *policy.Request
}

// Caller is the value that For was given for the pipeline of this call, nil if the pipeline was not made by For.
func (a *Attempt) Caller() any { return a.call.caller }

// Note stores what the authorization knows about the attempt, for Noted. A later note replaces it.
func (a *Attempt) Note(note any) { a.call.note = note }

// FirstRefusal records that the authorization was refused, and reports whether this is the first refusal of the call.
func (a *Attempt) FirstRefusal() bool {
	before := a.call.refused
	a.call.refused = true
	return !before
}

// SetToken puts a token of the user on the request, in the header of the operation. bearer is [Bearer] of the token.
func (a *Attempt) SetToken(bearer string) {
	if name := a.call.TokenHeader; name != "" {
		a.Request.Header[name] = []string{bearer[len(bearerScheme):]}
		return
	}
	a.Request.Header["Authorization"] = []string{bearer}
}

const bearerScheme = "Bearer "

// Bearer returns the value of the Authorization header for a token, and the same token as a part of it, so that keeping both takes no
// more memory than one.
func Bearer(token string) (bearer, part string) {
	bearer = bearerScheme + token
	return bearer, bearer[len(bearerScheme):]
}

// Token is the bearer token on the request, "" if there is none.
func (a *Attempt) Token() string {
	token, _ := strings.CutPrefix(a.Request.Header.Get("Authorization"), bearerScheme)
	return token
}

// Send sends the request as soon as the limit allows.
func (a *Attempt) Send() (*http.Response, error) {
	if a.limit == nil {
		return a.sendChecked()
	}
	return a.sendWithinLimit()
}

// sendChecked sends the request unless the caller does not want that any more. The error is final.
func (a *Attempt) sendChecked() (*http.Response, error) {
	if a.call.BeforeSend != nil {
		if err := a.call.BeforeSend(a.Request.Context()); err != nil {
			return nil, Final{err}
		}
	}
	return a.sendLogged()
}

// Rewind prepares the request to be sent again, after its response has been closed.
func (a *Attempt) Rewind() error { return a.azcore.RewindBody() }

// attempt makes one attempt of a call.
func (s *shared) attempt(req *policy.Request, c *call) (*http.Response, error) {
	c.answer, c.ambiguous = nil, false
	c.tries++
	send := s.authenticate
	if c.Authorized {
		send = (*Attempt).Send
	}
	c.attempt = Attempt{shared: s, Request: req.Raw(), call: c, azcore: req}
	resp, err := send(&c.attempt)
	s.remember(req, c, resp, err)
	c.outOfTime = false // a call that a policy makes with this context may have set it
	c.lost = c.lost || err != nil
	if err == nil && c.Once {
		return c.keep(resp)
	}
	return resp, err
}
