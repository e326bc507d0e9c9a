package diagnosis

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/acschat/acs-chat-go/chat/explain"
	"github.com/acschat/acs-chat-go/chat/internal/operations"
)

// Causes of a 403. The service gives the same message, or none, whatever the cause.

func scopeMissing(_ context.Context, x *examination) []finding {
	if !x.lacksScope() {
		return nil
	}
	return []finding{{explain.Cause{
		Kind: explain.TokenScope, What: "the token lacks the scope to " + x.called.Name,
		Evidence: fmt.Sprintf("it has %s, and needs %s", strings.Join(x.token().Scopes, ", "), strings.Join(x.called.Scopes, " or ")),
		Fix:      "issue the token with the scope chat",
	}, certain}}
}

// lacksScope reports whether none of the token's scopes allows the operation.
func (x *examination) lacksScope() bool {
	scopes := x.token().Scopes
	return len(x.called.Scopes) > 0 && len(scopes) > 0 && !x.called.AllowedBy(scopes)
}

// participantsOfOtherResource: one such participant fails a whole create.
func participantsOfOtherResource(_ context.Context, x *examination) []finding {
	t := x.token()
	if x.called.ID != operations.CreateChatThread || t.Resource == "" {
		return nil
	}
	for _, id := range x.Refusal.Seen.Sent.ids() {
		if resource := resourceOf(id); resource != "" && !strings.EqualFold(resource, t.Resource) {
			return []finding{{ofOtherResource(id, resource, t), certain}}
		}
	}
	return nil
}

func ofOtherResource(id, resource string, t Token) explain.Cause {
	return explain.Cause{
		Kind: explain.OtherResource, What: id + " is a user of another resource",
		Evidence: "the user belongs to the resource " + resource + ", and the token to " + t.Resource,
		Fix:      "use only users that were created in the token's resource",
	}
}

const addUser = "ask a participant of the thread to add the user, or act as a participant"

// threadClosedToUser is for all operations that are for participants only.
func threadClosedToUser(ctx context.Context, x *examination) []finding {
	if x.threadID == "" || x.lacksScope() {
		return nil
	}
	s := x.thread(ctx)
	switch {
	case s == nil:
		return notProbed(x)
	case s.member:
		return nil
	case !s.search.DeletedOn.IsZero():
		return []finding{{threadDeleted(s), certain}}
	case s.search.Found:
		return []finding{{explain.Cause{
			Kind: explain.Removed, What: "the user has left the thread, or was removed from it",
			Evidence: x.user() + " still has it in the list of threads, and may not list its participants",
			Fix:      "ask a participant of the thread to add the user again",
		}, certain}}
	}
	found := []finding{{explain.Cause{
		Kind: explain.NotParticipant, What: "the user is not a participant of the thread",
		Evidence: x.user() + s.search.outcome() + ", and may not list its participants",
		Fix:      addUser,
	}, likely}}
	if resource := x.token().Resource; resource != "" {
		found = append(found, finding{explain.Cause{
			Kind: explain.OtherResource, What: "the thread belongs to another resource",
			Evidence: "the token is of the resource " + resource,
			Fix:      "find out which resource the thread was created in, and act as one of its users",
		}, possible})
	}
	return found
}

// notProbed is for a thread that could not be read.
func notProbed(x *examination) []finding {
	weight := possible
	if x.Refusal.Message != "" {
		weight = likely // for a missing scope the service gives no message
	}
	return []finding{
		{explain.Cause{
			Kind: explain.NotParticipant, What: "the user is not a participant of the thread",
			Evidence: strings.TrimSuffix(x.Refusal.Message, "."),
			Fix:      addUser,
		}, weight},
		{explain.Cause{
			Kind: explain.ThreadDeleted, What: "the thread was deleted",
			Evidence: "the service answers like this to all operations but reading its properties",
			Fix:      "check whether it has a deletedOn in the list of the user's threads",
		}, possible},
	}
}

func threadDeleted(s *threadState) explain.Cause {
	return explain.Cause{
		Kind: explain.ThreadDeleted, What: "the thread was deleted",
		Evidence: "the list of the user's threads has it as deleted on " + stamp(s.search.DeletedOn),
		Fix:      "create another one: a deleted thread can't be restored",
	}
}

// outcome says where the thread was looked for.
func (s Search) outcome() string {
	switch {
	case s.Complete:
		return " has no such thread in the list of threads"
	case s.Read:
		return " does not have it among the latest threads"
	}
	return " may not be a participant"
}

// messageOfAnother: only its sender may change a message.
func messageOfAnother(ctx context.Context, x *examination) []finding {
	if x.called.messageID == "" || x.called.ID == operations.GetChatMessage || x.lacksScope() {
		return nil
	}
	cause := explain.Cause{
		Kind: explain.NotSender, What: "another participant sent the message",
		Fix: "act as the sender: only the sender may change or delete a message",
	}
	s := x.thread(ctx)
	switch {
	case s == nil:
		return []finding{{cause, possible}}
	case !s.member:
		return nil
	}
	m, user := x.message(ctx), x.token().User
	switch {
	case m == nil:
		cause.Evidence = "the user is a participant of the thread"
		return []finding{{cause, likely}}
	case m.Sender == "":
		return []finding{{explain.Cause{
			Kind: explain.NotSender, What: "the message was written by the service and can't be changed",
			Evidence: "message " + m.ID + " is of type " + m.Type,
			Fix:      "leave it: it records what happened in the thread",
		}, certain}}
	case m.Sender != user:
		cause.Evidence = m.Sender + " sent it, and the token is of " + cmp.Or(user, "another user")
		return []finding{{cause, certain}}
	}
	return nil
}

// notAllowed has the remaining causes.
func notAllowed(ctx context.Context, x *examination) []finding {
	var found []finding
	t := x.token()
	if len(t.Scopes) == 0 {
		found = append(found, finding{explain.Cause{
			Kind: explain.TokenScope, What: "the token may lack the scope",
			Evidence: "its scopes can't be read here",
			Fix:      "issue the token with the scope chat",
		}, possible})
	}
	if s := x.thread(ctx); s != nil && s.member && x.called.messageID == "" {
		found = append(found, finding{explain.Cause{
			Kind: explain.NotParticipant, What: "the user was not a participant of the thread at the time",
			Evidence: "now the user is one",
			Fix:      "try again",
		}, possible})
	}
	unknown := func(id string) bool { return resourceOf(id) == "" }
	if slices.ContainsFunc(x.Refusal.Seen.Sent.ids(), unknown) && t.Resource != "" {
		found = append(found, finding{explain.Cause{
			Kind: explain.OtherResource, What: "a participant may be a user of another resource",
			Evidence: "the token is of the resource " + t.Resource,
			Fix:      "use only users that were created in this resource",
		}, possible})
	}
	return found
}

// user names the user as far as the token tells.
func (x *examination) user() string { return cmp.Or(x.token().User, "the user") }
