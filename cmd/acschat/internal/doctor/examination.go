// Package doctor finds out why the service cannot be reached, or refuses a request.
package doctor

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/explain"
	"github.com/acschat/acs-chat-go/chat/redact"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/harmless"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/session"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/show"
)

// Examination checks step by step what a call needs, and explains what fails.
type Examination struct {
	output *show.Output

	endpoint    string
	endpointErr error
	transport   azcore.ClientOptions
	credential  *chat.TokenCredential
	tokenErr    error        // why the given token is invalid
	assumed     bool         // the expiry of an encrypted token is a guess of the credential
	client      *chat.Client // nil with an endpointErr
	threadID    string       // "": no thread is checked

	connection  *connection
	blocked     bool          // the service cannot be reached
	clockOffset time.Duration // how far the service's clock is ahead of this machine's

	checks   []check
	causes   []explain.Cause
	writeErr error // of showing a check
}

// check is the result of one step.
type check struct {
	Name     string `json:"name"`
	State    state  `json:"state"`
	Evidence string `json:"evidence,omitempty"`
}

// state is the outcome of a check.
type state string

const (
	stateOK      state = "ok"
	stateFailed  state = "not ok"
	stateSkipped state = "not checked" // an earlier check failed
)

// errSkipped is the error of a check that could not be made.
var errSkipped = errors.New("not checked")

// symptom is an error of a check whose cause is known.
type symptom struct{ explain.Cause }

func (s *symptom) Error() string { return s.Evidence }

// New prepares the examination of a session and, if threadID is not empty, of a thread. It fails if no user is set.
func New(ctx context.Context, s *session.Session, threadID string, o *show.Output) (*Examination, error) {
	endpoint, credential, err := s.Credential(ctx)
	x := &Examination{output: o, endpoint: endpoint, credential: credential, threadID: threadID, assumed: !s.IssuesToken() && s.TokenExpires().IsZero()}
	if argument, ok := errors.AsType[*chat.ArgumentError](err); ok && endpoint != "" {
		x.tokenErr = argument
	} else if err != nil {
		return nil, err
	}
	if x.transport, err = s.ClientOptions(endpoint); err != nil {
		return nil, err
	}
	x.client, x.endpointErr = s.ChatWith(endpoint, cmp.Or(credential, noCredential()))
	return x, nil
}

// Run makes the checks, shows each at once, and explains those that failed. Its error says how many did.
func (x *Examination) Run(ctx context.Context) error {
	for _, s := range x.steps() {
		evidence, err := s.look(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		c := check{Name: s.name, State: stateOK, Evidence: evidence}
		switch {
		case errors.Is(err, errSkipped):
			c.State = stateSkipped
		case err != nil:
			c.State, c.Evidence = stateFailed, withoutRequest(err)
			x.addCauses(ctx, err)
		}
		c.Evidence = redact.Text(harmless.Line(c.Evidence))
		x.checks = append(x.checks, c)
		x.show(c)
	}
	return x.conclude()
}

// step is a check to make. look returns what it saw, or why that is wrong.
type step struct {
	name string
	look func(context.Context) (evidence string, err error)
}

func (x *Examination) steps() []step {
	steps := []step{
		{"endpoint", x.checkEndpoint},
		{"dns", x.checkName},
		{"tcp", x.checkConnection},
		{"tls", x.checkTLS},
		{"clock", x.checkClock},
		{"token", x.checkToken},
		{"service", x.checkService},
	}
	if x.threadID != "" {
		steps = append(steps, step{"thread", x.checkThread})
	}
	return steps
}

// addCauses adds the causes of a failed check that are not known yet.
func (x *Examination) addCauses(ctx context.Context, err error) {
	causes := []explain.Cause{}
	if s, ok := errors.AsType[*symptom](err); ok {
		causes = append(causes, s.Cause)
	} else {
		causes = x.client.Explain(ctx, x.threadID, err).Causes
	}
	for _, cause := range causes {
		if !slices.ContainsFunc(x.causes, func(known explain.Cause) bool { return known.Kind == cause.Kind }) {
			cause.Fix = cmp.Or(Fix(cause.Kind), cause.Fix)
			x.causes = append(x.causes, cause)
		}
	}
}

// withoutRequest omits the request from a transport error.
func withoutRequest(err error) string {
	if failed, ok := err.(*url.Error); ok { //nolint:errorlint // the text of a wrapped one includes it already
		err = failed.Err
	}
	return err.Error()
}

func (x *Examination) checkEndpoint(context.Context) (string, error) {
	if x.endpointErr != nil {
		return "", x.endpointErr
	}
	u, err := url.Parse(x.endpoint)
	switch {
	case err != nil: // the client accepted it
		return "", err
	case u.Scheme == "http":
		return x.endpoint + ": without TLS, on this machine", nil
	case !strings.HasSuffix(u.Hostname(), ".communication.azure.com"):
		return x.endpoint + ": not a host of Azure, so an emulator or a gateway", nil
	}
	return x.endpoint, nil
}

// checkService makes a call that every chat scope allows.
func (x *Examination) checkService(ctx context.Context) (string, error) {
	if x.client == nil || x.blocked || x.tokenErr != nil {
		return "", errSkipped
	}
	started := time.Now()
	if _, err := x.client.ListThreads(&chat.ListThreadsOptions{PageSize: 1}).Collect(ctx, 1); err != nil {
		x.blocked = true
		return "", err
	}
	return fmt.Sprintf("it listed your threads in %v", time.Since(started).Round(time.Millisecond)), nil
}

// maxWithReceipts is the largest thread in which receipts and typing notifications are shown.
const maxWithReceipts = 20

func (x *Examination) checkThread(ctx context.Context) (string, error) {
	if x.client == nil || x.blocked || x.tokenErr != nil {
		return "", errSkipped
	}
	people, err := x.client.ThreadClient(x.threadID).ListParticipants(nil).Collect(ctx, 0)
	if err != nil {
		return "", err
	}
	evidence := "you are one of " + show.Count(len(people), "participant")
	if len(people) > maxWithReceipts {
		evidence += fmt.Sprintf(": above %d, typing notifications and read receipts are not shown", maxWithReceipts)
	}
	return evidence, nil
}
