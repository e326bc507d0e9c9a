// Package diagnosis is the engine of Explain: it works out why a call failed, from plain facts and from what a [Prober] reads.
package diagnosis

import (
	"time"
)

// Facts are what is known of a failed call.
type Facts struct {
	Err      error  // never nil
	Ended    error  // the context's error, if it ended the call after an attempt had failed; else nil
	ThreadID string // the thread that the caller of Explain named; a thread in the refused request counts more

	Argument *Argument // the argument that was refused before any request; nil: none was
	Closed   string    // what was closed, "client" or "credential"; empty: nothing
	Fetch    *Fetch    // why no token could be fetched; nil: there was one
	Refusal  *Refusal  // what the service refused, with Fetch to the callback; nil: there was no answer
}

// Argument is an argument that was refused.
type Argument struct{ Name, Reason string }

// Fetch is the failure of the callback that fetches tokens.
type Fetch struct {
	Cause   error
	Expired bool // the token that came had expired already
}

// Refusal is an answer that is not a success, or the reason why one participant was not added.
type Refusal struct {
	Status                int // the HTTP status, or the one given for the participant
	Code, Message, Target string
	TargetKind            string // the kind of identifier that Target is, empty for a user of Communication Services
	CorrelationVector     string
	RetryAfter            time.Duration

	Participant bool // it is about one participant, inside an answer that is a success
	Seen        Seen
}

// Seen is what was seen of an exchange when its answer came. It holds no secret.
type Seen struct {
	Method, Host, Path string // of the request, the path escaped; empty: not known
	Sent               Sent   // the body of the request
	Scheme             string // of the Authorization header
	Token              Token

	At          time.Time // when the answer came, by this machine's clock
	ServiceTime time.Time // when the answer left, by the service's clock; zero: not known
	ContentType string
	Server      string
	Location    string
	Foreign     bool // the answer is not in the service's form
	ExpectsTLS  bool // the answer says that the server expects https
}

// Token is what is known of a token without asking the service. The zero value is of an unreadable one.
type Token struct {
	Encrypted        bool // only the service can read its claims
	Readable         bool // the fields up to Expires are from its claims
	User             string
	Resource         string
	ResourceLocation string
	Scopes           []string
	Issuer           string
	Expires          time.Time // zero: it does not say

	Told     time.Time // when it expires as its credential was told; zero: not known
	Accepted bool      // the service has accepted it before
}
