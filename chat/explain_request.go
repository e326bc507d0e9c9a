package chat

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"github.com/acschat/acs-chat-go/gen/chatapi"
)

// Causes of a 400 and a 413: what the service does not take of a request, by its published limits.

const (
	maxParticipants  = 250
	maxMetadata      = 1 << 10
	minRetentionDays = 30
	maxRetentionDays = 90
)

// sentRequest is the body of a request, of whichever operation.
type sentRequest struct {
	RawID           string                       `json:"rawId"` // of a removal
	Participants    []sentParticipant            `json:"participants"`
	Metadata        map[string]string            `json:"metadata"`
	RetentionPolicy *chatapi.ChatRetentionPolicy `json:"retentionPolicy"`

	size int
}

type sentParticipant struct {
	Identifier struct {
		RawID string `json:"rawId"`
	} `json:"communicationIdentifier"`
	Metadata map[string]string `json:"metadata"`
}

// sent reads the body of the refused request. It is empty where that is not known any more.
func (q *inquiry) sent() sentRequest {
	var sent sentRequest
	body := q.body()
	_ = json.Unmarshal(body, &sent) // as much of it as can be read
	sent.size = len(body)
	return sent
}

// people are the raw ids that the request names.
func (r sentRequest) people() []string {
	var ids []string
	for _, p := range r.Participants {
		ids = append(ids, p.Identifier.RawID)
	}
	if r.RawID != "" {
		ids = append(ids, r.RawID)
	}
	return ids
}

func versionUnknown(_ context.Context, q *inquiry) []finding {
	if q.refusal.Code != "UnsupportedApiVersion" && q.refusal.Code != "ApiVersionUnspecified" {
		return nil
	}
	return []finding{{Cause{CauseAPIVersion,
		"the service does not know the version of the API that was asked for",
		q.refusal.Message,
		"leave ClientOptions.APIVersion empty, for " + defaultAPIVersion,
	}, certain}}
}

func idMalformed(_ context.Context, q *inquiry) []finding {
	malformed := func(what, id, form string) []finding {
		return []finding{{Cause{CauseMalformedID,
			"the id of a " + what + " is malformed",
			fmt.Sprintf("%q is not of the form %s", id, form),
			"copy the id as a whole, as the service gave it",
		}, certain}}
	}
	if id := q.called.threadID; id != "" && !(strings.HasPrefix(id, "19:") && strings.Contains(id, "@thread.")) {
		return malformed("thread", id, "19:…@thread.v2")
	}
	if id := q.called.messageID; id != "" {
		if _, err := strconv.ParseUint(id, 10, 64); err != nil {
			return malformed("message", id, "1762161500604, a decimal number")
		}
	}
	for _, id := range q.sent().people() {
		if malformedUser(id) {
			return malformed("user", id, userForm)
		}
	}
	return nil
}

const userForm = "8:acs:<resource>_<user>, two ids of 32 digits"

// malformedUser reports whether an id that looks like one of a communication user is none.
func malformedUser(id string) bool {
	const guid = `[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}`
	if !strings.Contains(id, ":") {
		return true
	}
	return strings.HasPrefix(id, "8:acs:") && !regexp.MustCompile(`^8:acs:`+guid+`_`+guid+`(_`+guid+`)?$`).MatchString(id)
}

func tooManyPeople(ctx context.Context, q *inquiry) []finding {
	if !q.called.addsPeople() {
		return nil
	}
	in, adding := q.countParticipants(ctx), len(q.sent().Participants)
	if in+adding <= maxParticipants {
		return nil
	}
	return []finding{{Cause{CauseTooMany,
		"too many participants for a thread",
		fmt.Sprintf("%d are in it, %d more were to be added, and it holds %d", in, adding, maxParticipants),
		"split them over several threads",
	}, likely}}
}

func metadataTooLarge(_ context.Context, q *inquiry) []finding {
	if q.called.messageID != "" || q.called.is(http.MethodPost, "/T/messages") {
		return nil // of a message it is bounded by the message
	}
	tooLarge := func(whose string, size int) []finding {
		return []finding{{Cause{CauseMetadata,
			"too much metadata of " + whose,
			fmt.Sprintf("all keys and values have %d bytes, and 1 KB is allowed", size),
			"keep what is long elsewhere, and a reference to it in the metadata",
		}, certain}}
	}
	sent := q.sent()
	if size := sizeOf(sent.Metadata); size > maxMetadata {
		return tooLarge("the thread", size)
	}
	for _, p := range sent.Participants {
		if size := sizeOf(p.Metadata); size > maxMetadata {
			return tooLarge(p.Identifier.RawID, size)
		}
	}
	return nil
}

func sizeOf(metadata map[string]string) (size int) {
	for key, text := range metadata {
		size += len(key) + len(text)
	}
	return size
}

func retentionRefused(_ context.Context, q *inquiry) []finding {
	policy := q.sent().RetentionPolicy
	if policy == nil || policy.Kind == chatapi.RetentionPolicyKind(RetentionKindNone) {
		return nil
	}
	days := value(policy.DeleteThreadAfterDays)
	if policy.Kind == chatapi.RetentionPolicyKind(RetentionKindThreadCreationDate) && days >= minRetentionDays && days <= maxRetentionDays {
		return nil
	}
	return []finding{{Cause{CauseRetention,
		"the service does not have such a retention",
		fmt.Sprintf("it was %s and %d days; there are none, and threadCreationDate with %d to %d days", policy.Kind, days, minRetentionDays, maxRetentionDays),
		"set Retention to one of these",
	}, certain}}
}

func requestRefused(_ context.Context, q *inquiry) []finding {
	cause := Cause{CauseBadRequest,
		"the service does not take the request",
		q.refusal.Message,
		"compare the arguments with what the method says of them",
	}
	if q.called.name != "" {
		cause.What += " to " + q.called.name
	}
	return []finding{{cause, possible}}
}

func tooLarge(_ context.Context, q *inquiry) []finding {
	evidence := "a message holds about 28 KB"
	if size := q.sent().size; size > 0 {
		evidence = fmt.Sprintf("the request had %d bytes, and %s", size, evidence)
	}
	return []finding{{Cause{CauseTooLarge,
		"too long a text",
		evidence,
		"split it, or keep it elsewhere and send where it is",
	}, certain}}
}
