package pipeline

import (
	"net/http"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// Authenticate authorizes an attempt and sends it.
type Authenticate func(*Attempt) (*http.Response, error)

// Attempt is a request on its way to the service, the first one of a call or a repetition.
type Attempt struct {
	*shared
	Request *http.Request // its body is for Send alone
	call    *call
	azcore  *policy.Request // the request in azcore's words, whose policies come first; nil: the transport comes next
}

// Note keeps what the authorization knows about the attempt, for Noted. A later note replaces it.
func (a *Attempt) Note(note any) { a.call.note = note }

// FirstRefusal notes that the authorization was refused, and reports whether that is the first time in this call.
func (a *Attempt) FirstRefusal() bool {
	before := a.call.refused
	a.call.refused = true
	return !before
}

// Send sends the request.
func (a *Attempt) Send() (*http.Response, error) { return a.sendLogged() }

// Renew makes the request one that can be sent again, once its answer is closed.
func (a *Attempt) Renew() (err error) {
	if a.azcore != nil {
		return a.azcore.RewindBody()
	}
	a.Request, err = renewed(a.Request)
	return err
}

func (a *Attempt) next() (*http.Response, error) {
	switch {
	case a.azcore != nil:
		return a.azcore.Next()
	case a.transport.foreign: // what it writes on a request is not for the next attempt
		return a.transport.send(a.Request.Clone(a.Request.Context()))
	}
	return a.transport.send(a.Request)
}

// attempt makes an attempt.
func (s *shared) attempt(a *Attempt) (*http.Response, error) {
	a.call.answer, a.call.ambiguous = nil, false
	resp, err := s.authenticate(a)
	a.call.lost = a.call.lost || err != nil
	if err == nil && a.call.Once {
		return a.call.keep(resp)
	}
	return resp, err
}
