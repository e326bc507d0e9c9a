package pipeline

import (
	"net/http"

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

// SetToken puts the token of the user on the request, in the header of the operation.
func (a *Attempt) SetToken(token string) {
	if name := a.call.TokenHeader; name != "" {
		a.Request.Header[name] = []string{token}
		return
	}
	a.Request.Header["Authorization"] = []string{"Bearer " + token}
}

// Send sends the request.
func (a *Attempt) Send() (*http.Response, error) { return a.sendLogged() }

// Rewind prepares the request to be sent again, after its response has been closed.
func (a *Attempt) Rewind() error { return a.azcore.RewindBody() }

// attempt is the policy that makes one attempt.
func (s *shared) attempt(req *policy.Request) (*http.Response, error) {
	c := callOf(req)
	c.answer, c.ambiguous = nil, false
	c.tries++
	send := s.authenticate
	if c.Authorized {
		send = (*Attempt).Send
	}
	resp, err := send(&Attempt{shared: s, Request: req.Raw(), call: c, azcore: req})
	s.remember(req, c, resp, err)
	c.outOfTime = false // a call that a policy makes with this context may have set it
	c.lost = c.lost || err != nil
	if err == nil && c.Once {
		return c.keep(resp)
	}
	return resp, err
}
