package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/explain"
	"github.com/acschat/acs-chat-go/chat/redact"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/harmless"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/show"
)

// examination is a row of checks, and what they have found.
type examination struct {
	output *show.Output
	out    io.Writer

	endpoint    string
	endpointErr error
	transport   azcore.ClientOptions
	credential  *chat.TokenCredential
	tokenErr    error        // why the token that was given is none
	client      *chat.Client // nil with an endpointErr
	threadID    string       // empty: no thread is to be checked

	way     *way
	blocked bool          // the way does not lead to the service
	ahead   time.Duration // the service's clock, of this machine's

	checks []finding
	causes []explain.Cause
	unread error // of showing a check
}

// finding is one thing that was looked at.
type finding struct {
	Name     string  `json:"name"`
	State    verdict `json:"state"`
	Evidence string  `json:"evidence,omitempty"`
}

// verdict is what came of a check.
type verdict string

const (
	wasOK         verdict = "ok"
	wasNotOK      verdict = "not ok"
	wasNotChecked verdict = "not checked" // something before it is not right
)

// errNotChecked is the error of a check that could tell nothing.
var errNotChecked = errors.New("not checked")

// symptom is an error of a check whose cause is plain.
type symptom struct{ explain.Cause }

func (s *symptom) Error() string { return s.Evidence }

// step is a check before it is made. It says what it has seen, or why that is not right.
type step struct {
	name string
	look func(context.Context) (evidence string, err error)
}

func (x *examination) steps() []step {
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

// run makes the checks and shows each at once.
func (x *examination) run(ctx context.Context) {
	for _, s := range x.steps() {
		evidence, err := s.look(ctx)
		if ctx.Err() != nil {
			return
		}
		c := finding{Name: s.name, State: wasOK, Evidence: evidence}
		switch {
		case errors.Is(err, errNotChecked):
			c.State = wasNotChecked
		case err != nil:
			c.State, c.Evidence = wasNotOK, withoutRequest(err)
			x.blame(ctx, err)
		}
		c.Evidence = redact.Text(harmless.Line(c.Evidence))
		x.checks = append(x.checks, c)
		x.show(c)
	}
}

// blame adds the causes of a failed check that are not known yet.
func (x *examination) blame(ctx context.Context, err error) {
	causes := []explain.Cause{}
	if s, ok := errors.AsType[*symptom](err); ok {
		causes = append(causes, s.Cause)
	} else {
		causes = x.client.Explain(ctx, x.threadID, err).Causes
	}
	for _, cause := range causes {
		if !slices.ContainsFunc(x.causes, func(known explain.Cause) bool { return known.Kind == cause.Kind }) {
			cause.Fix = cmp.Or(toolFix(cause.Kind), cause.Fix)
			x.causes = append(x.causes, cause)
		}
	}
}

// withoutRequest leaves out of an error on the way what was asked for: it is not what is wrong.
func withoutRequest(err error) string {
	if failed, ok := err.(*url.Error); ok { //nolint:errorlint // one that is wrapped has its text already
		err = failed.Err
	}
	return err.Error()
}

func (x *examination) checkEndpoint(context.Context) (string, error) {
	if x.endpointErr != nil {
		return "", x.endpointErr
	}
	u, err := url.Parse(x.endpoint)
	switch {
	case err != nil: // the client has taken it
		return "", err
	case u.Scheme == "http":
		return x.endpoint + ": in clear, on this machine alone", nil
	case !strings.HasSuffix(u.Hostname(), ".communication.azure.com"):
		return x.endpoint + ": not a host of Azure, so an emulator or a gateway", nil
	}
	return x.endpoint, nil
}

// checkService makes a call that every scope of chat opens.
func (x *examination) checkService(ctx context.Context) (string, error) {
	if x.client == nil || x.blocked || x.tokenErr != nil {
		return "", errNotChecked
	}
	started := time.Now()
	if _, err := x.client.ListThreads(&chat.ListThreadsOptions{PageSize: 1}).Collect(ctx, 1); err != nil {
		x.blocked = true
		return "", err
	}
	return fmt.Sprintf("it lists your threads, in %v", time.Since(started).Round(time.Millisecond)), nil
}

// mostWithReceipts is how many people may be in a thread in which receipts and typing are shown.
const mostWithReceipts = 20

func (x *examination) checkThread(ctx context.Context) (string, error) {
	if x.client == nil || x.blocked || x.tokenErr != nil {
		return "", errNotChecked
	}
	people, err := x.client.ThreadClient(x.threadID).ListParticipants(nil).Collect(ctx, 0)
	if err != nil {
		return "", err
	}
	evidence := fmt.Sprintf("you are in it, one of %d", len(people))
	if len(people) > mostWithReceipts {
		evidence += fmt.Sprintf(": above %d nobody sees who is typing and who has read", mostWithReceipts)
	}
	return evidence, nil
}
