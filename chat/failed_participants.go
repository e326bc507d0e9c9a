package chat

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/acschat/acs-chat-go/chat/internal/errorbody"
	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
)

// FailedParticipant is a participant that the service did not add, and the reason, such as an error that is [ErrNotFound].
type FailedParticipant struct {
	// Participant is that of the request. If the service reports one that was not in it, only the Identifier is set.
	Participant Participant
	// Err is never nil.
	Err *Error
}

// PartialAddError reports that the service accepted one or more batches of participants and then a batch failed. It unwraps to
// the error of that batch.
type PartialAddError struct {
	// Participants may not have been added: those of the failed batch and all after it. It is safe to add them again.
	Participants []Participant
	Err          error
}

func (e *PartialAddError) Error() string {
	return fmt.Sprintf("%v (%d participants are not added yet)", e.Err, len(e.Participants))
}

func (e *PartialAddError) Unwrap() error { return e.Err }

// addedParticipants is the response to adding participants. The generated type would lose a code that is written as a number.
type addedParticipants struct {
	InvalidParticipants []errorbody.Error `json:"invalidParticipants"`
}

// exchange is an answer that is a success and names participants who were not added, and the token it was given for.
type exchange struct {
	resp *http.Response
	held *heldToken
}

// of keeps the answer to a call with the context ctx, and returns it.
func (x *exchange) of(ctx context.Context) func(*http.Response, error) (*http.Response, error) {
	return func(resp *http.Response, err error) (*http.Response, error) {
		x.resp = resp
		x.held, _ = pipeline.Noted(ctx).(*heldToken)
		return resp, err
	}
}

// failedParticipants pairs the errors in a response with the participants of the request, by raw id: first exactly, then ignoring
// case. A participant that was sent twice is paired once for each error.
func (x *exchange) failedParticipants(sent []Participant, refused []errorbody.Error) []FailedParticipant {
	if len(refused) == 0 {
		return nil
	}
	seen := see(x.resp, x.held)
	var failed []FailedParticipant
	taken := make([]bool, len(sent))
	for _, r := range refused {
		f := failure(r)
		f.Err.seen = seen
		if i := findRefused(sent, taken, f.Err.Target); i >= 0 {
			taken[i] = true
			f.Participant = sent[i]
		}
		failed = append(failed, f)
	}
	return failed
}

// findRefused returns the index of the participant that target identifies, or -1. Among equal matches it prefers a free
// one.
func findRefused(sent []Participant, taken []bool, target string) int {
	found := -1
	for _, same := range []func(a, b string) bool{func(a, b string) bool { return a == b }, strings.EqualFold} {
		for i, p := range sent {
			if same(p.Identifier.RawID(), target) {
				if !taken[i] {
					return i
				}
				found = i
			}
		}
		if found >= 0 {
			break
		}
	}
	return found
}
