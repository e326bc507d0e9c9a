package diagnosis

import (
	"fmt"
	"strings"
	"time"

	"github.com/acschat/acs-chat-go/chat/internal/operations"
)

// calledOperation is the operation that a request called, and on what. The zero value is of no known operation.
type calledOperation struct {
	operations.Operation
	host, above         string // above is the path of the endpoint
	threadID, messageID string
	userID              string // of the identity API
}

// operationCalled recognizes a request by its method and escaped path; a gateway may have put a path of its own in front.
func operationCalled(method, host, path string) calledOperation {
	o, above, arguments := operations.Match(method, path)
	return calledOperation{o, host, above, arguments["chatThreadId"], arguments["chatMessageId"], arguments["id"]}
}

// addsParticipants reports whether the operation names participants to add.
func (o calledOperation) addsParticipants() bool {
	return o.ID == operations.CreateChatThread || o.ID == operations.AddChatParticipants
}

// limits says which rates are published for the operation, empty for none.
func (o calledOperation) limits() string {
	var b strings.Builder
	var last operations.Rate
	for i, r := range o.Rates {
		switch {
		case r.Counter != last.Counter && i == 0:
			fmt.Fprintf(&b, "the limit to %s is ", r.Counter)
		case r.Counter != last.Counter:
			fmt.Fprintf(&b, ", and the limit to %s is ", r.Counter)
		case r.Scope != last.Scope:
			b.WriteString(", and ")
		default:
			b.WriteString(" and ")
		}
		fmt.Fprintf(&b, "%d in %s", r.Most, inWords(r.Window))
		if i+1 == len(o.Rates) || o.Rates[i+1].Scope != r.Scope || o.Rates[i+1].Counter != r.Counter {
			fmt.Fprintf(&b, " per %s", r.Scope)
		}
		last = r
	}
	return b.String()
}

func inWords(window time.Duration) string {
	if window == time.Minute {
		return "a minute"
	}
	return fmt.Sprintf("%d seconds", window/time.Second)
}
