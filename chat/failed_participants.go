package chat

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
)

// FailedParticipant is somebody the service did not add, and why: errors.Is(f.Err, ErrNotFound), for example, says that
// there is no such user.
type FailedParticipant struct {
	// Participant is the one that was sent. Where the service names somebody who was not, it has the Identifier alone.
	Participant Participant
	// Err is never nil.
	Err *Error
}

// PartialAddError says that the service added a first part of the participants, and that adding the others failed.
// It unwraps to the cause.
type PartialAddError struct {
	// Participants are those who may not be in yet. Adding them again does no harm to any who are.
	Participants []Participant
	Err          error
}

func (e *PartialAddError) Error() string {
	return fmt.Sprintf("%v (%d participants are not added yet)", e.Err, len(e.Participants))
}

func (e *PartialAddError) Unwrap() error { return e.Err }

// addedParticipants is the answer to adding people. The generated type would lose a code that is written as a number.
type addedParticipants struct {
	InvalidParticipants []errorWords `json:"invalidParticipants"`
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

// failedParticipants brings the service's errors together with the people they are about: by raw id, exactly, then in any case.
// Somebody who was sent twice is paired once for each error.
func (x *exchange) failedParticipants(sent []Participant, refused []errorWords) []FailedParticipant {
	if len(refused) == 0 {
		return nil
	}
	seen := see(x.resp, x.held)
	var failed []FailedParticipant
	taken := make([]bool, len(sent))
	for _, r := range refused {
		err := r.toError()
		err.operation, err.seen = "chat: add participant", seen
		f := FailedParticipant{Err: err, Participant: Participant{Identifier: ParseRawID(err.Target)}}
		if i := findRefused(sent, taken, err.Target); i >= 0 {
			taken[i] = true
			f.Participant = sent[i]
		}
		failed = append(failed, f)
	}
	return failed
}

// findRefused prefers, among those who match equally well, one who is not taken yet. -1: nobody matches.
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
