package diagnosis

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/acschat/acs-chat-go/chat/explain"
	"github.com/acschat/acs-chat-go/chat/internal/operations"
	"github.com/acschat/acs-chat-go/gen/chatapi"
)

// Causes of a 400 and a 413: what the service refuses in a request, by its published limits.

const (
	maxParticipants  = 250
	maxMetadata      = 1 << 10
	minRetentionDays = 30
	maxRetentionDays = 90
)

func versionUnknown(_ context.Context, x *examination) []finding {
	if x.Refusal.Code != "UnsupportedApiVersion" && x.Refusal.Code != "ApiVersionUnspecified" {
		return nil
	}
	return []finding{{explain.Cause{
		Kind: explain.APIVersion, What: "the service does not support the requested API version",
		Evidence: x.Refusal.Message,
		Fix:      "leave ClientOptions.APIVersion empty",
	}, certain}}
}

const (
	userForm = "8:acs:<resource>_<user>, two GUIDs"
	copyID   = "copy the whole id, as the service gave it"
)

func idMalformed(_ context.Context, x *examination) []finding {
	malformed := func(what, id, form string) []finding {
		return []finding{{explain.Cause{
			Kind: explain.MalformedID, What: "the id of a " + what + " is malformed",
			Evidence: fmt.Sprintf("%q is not of the form %s", id, form),
			Fix:      copyID,
		}, certain}}
	}
	if id := x.called.threadID; id != "" && !(strings.HasPrefix(id, "19:") && strings.HasSuffix(id, "@thread.v2")) {
		return malformed("thread", id, "19:…@thread.v2")
	}
	if id := x.called.messageID; id != "" {
		if _, err := strconv.ParseUint(id, 10, 64); err != nil {
			return malformed("message", id, "1762161500604, a decimal number")
		}
	}
	for _, id := range x.Refusal.Seen.Sent.ids() {
		if isMalformedUser(id) {
			return malformed("user", id, userForm)
		}
	}
	return nil
}

// isMalformedUser reports whether an id is no raw id, or begins as one of a communication user and goes on otherwise.
func isMalformedUser(id string) bool {
	const guid = `[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}`
	if !strings.Contains(id, ":") {
		return true
	}
	return strings.HasPrefix(id, "8:acs:") && !regexp.MustCompile(`^8:acs:`+guid+`_`+guid+`(_`+guid+`)?$`).MatchString(id)
}

func tooManyParticipants(ctx context.Context, x *examination) []finding {
	if !x.called.addsParticipants() {
		return nil
	}
	present, added := x.countParticipants(ctx), len(x.Refusal.Seen.Sent.Participants)
	if present+added <= maxParticipants {
		return nil
	}
	return []finding{{explain.Cause{
		Kind: explain.TooMany, What: "too many participants for a thread",
		Evidence: fmt.Sprintf("the thread has %d, %d more were to be added, and the limit is %d", present, added, maxParticipants),
		Fix:      "split them over several threads",
	}, likely}}
}

func metadataTooLarge(_ context.Context, x *examination) []finding {
	if x.called.messageID != "" || x.called.ID == operations.SendChatMessage {
		return nil // a message's metadata is limited by the message's size
	}
	tooLarge := func(owner string, size int) []finding {
		return []finding{{explain.Cause{
			Kind: explain.Metadata, What: "the metadata of " + owner + " is too large",
			Evidence: fmt.Sprintf("all keys and values together have %d bytes, and 1 KB is allowed", size),
			Fix:      "store long values elsewhere, and a reference to them in the metadata",
		}, certain}}
	}
	sent := x.Refusal.Seen.Sent
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

func retentionRefused(_ context.Context, x *examination) []finding {
	policy := x.Refusal.Seen.Sent.RetentionPolicy
	if policy == nil || policy.Kind == chatapi.RetentionPolicyKindNone {
		return nil
	}
	days := int32(0)
	if policy.DeleteThreadAfterDays != nil {
		days = *policy.DeleteThreadAfterDays
	}
	if policy.Kind == chatapi.RetentionPolicyKindThreadCreationDate && days >= minRetentionDays && days <= maxRetentionDays {
		return nil
	}
	return []finding{{explain.Cause{
		Kind: explain.Retention, What: "the service does not offer this retention",
		Evidence: fmt.Sprintf("it was %s and %d days; allowed are none, and threadCreationDate with %d to %d days", policy.Kind, days, minRetentionDays, maxRetentionDays),
		Fix:      "set Retention to one of these",
	}, certain}}
}

func typeRefused(_ context.Context, x *examination) []finding {
	sent := x.Refusal.Seen.Sent.Type
	if x.called.ID != operations.SendChatMessage || sent == "" || sent == string(chatapi.ChatMessageTypeText) || sent == string(chatapi.ChatMessageTypeHTML) {
		return nil
	}
	return []finding{{explain.Cause{
		Kind: explain.BadRequest, What: "a message of this type can't be sent",
		Evidence: fmt.Sprintf("it was %q; allowed are text and html", sent),
		Fix:      "set Type to text or html",
	}, certain}}
}

// scopeUnknown is only likely: the service may define more scopes.
func scopeUnknown(_ context.Context, x *examination) []finding {
	known := []string{"chat", "chat.join", "chat.join.limited", "voip", "voip.join"}
	sent := x.Refusal.Seen.Sent
	for _, scope := range slices.Concat(sent.Scopes, sent.ScopesOfNew) {
		if !slices.Contains(known, scope) {
			return []finding{{explain.Cause{
				Kind: explain.BadRequest, What: fmt.Sprintf("%q is not a known scope", scope),
				Evidence: "known are " + strings.Join(known, ", "),
				Fix:      "use a known scope",
			}, likely}}
		}
	}
	return nil
}

func requestRefused(_ context.Context, x *examination) []finding {
	cause := explain.Cause{
		Kind: explain.BadRequest, What: "the service refuses the request",
		Evidence: x.Refusal.Message,
		Fix:      "compare the arguments with the documentation of the method",
	}
	if x.called.Name != "" {
		cause.What += " to " + x.called.Name
	}
	return []finding{{cause, possible}}
}

func tooLarge(_ context.Context, x *examination) []finding {
	evidence := "a message holds about 28 KB"
	if size := x.Refusal.Seen.Sent.size; size > 0 {
		evidence = fmt.Sprintf("the request had %d bytes, and %s", size, evidence)
	}
	return []finding{{explain.Cause{
		Kind: explain.TooLarge, What: "the message is too long",
		Evidence: evidence,
		Fix:      "split it, or store it elsewhere and send a link to it",
	}, certain}}
}
