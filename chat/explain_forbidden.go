package chat

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"strings"
)

// Causes of a 403. The service says the same words, or none, whatever it is.

func scopeLacking(_ context.Context, q *inquiry) []finding {
	if !q.lacksScope() {
		return nil
	}
	return []finding{{Cause{CauseTokenScope,
		"the token lacks the scope to " + q.called.name,
		fmt.Sprintf("it has %s, and that takes %s", strings.Join(q.token.scopes, ", "), strings.Join(q.called.scopes, " or ")),
		"issue the token with the scope chat",
	}, certain}}
}

// lacksScope reports whether it is plain that no scope of the token opens the operation.
func (q *inquiry) lacksScope() bool {
	return q.called.name != "" && len(q.token.scopes) > 0 && !q.called.opensFor(q.token.scopes)
}

// peopleOfOtherResource: one such participant fails a whole create, and nothing else.
func peopleOfOtherResource(_ context.Context, q *inquiry) []finding {
	if !q.called.is(http.MethodPost, "") || q.token.resource == "" {
		return nil
	}
	for _, person := range q.sent().people() {
		if resource := resourceOf(person); resource != "" && !strings.EqualFold(resource, q.token.resource) {
			return []finding{{strangerCause(person, resource, q.token), certain}}
		}
	}
	return nil
}

func strangerCause(person, resource string, t seenToken) Cause {
	return Cause{CauseOtherResource,
		person + " is a user of another resource",
		"the user is of the resource " + resource + ", and the token of " + t.resource,
		"take only users that the resource of the token has made",
	}
}

// threadClosedToUser is for everything that takes being in the thread.
func threadClosedToUser(ctx context.Context, q *inquiry) []finding {
	if q.threadID == "" || q.lacksScope() {
		return nil
	}
	s := q.look(ctx)
	switch {
	case s == nil:
		return notSeen(q)
	case s.member():
		return nil
	case s.listed != nil && !s.listed.DeletedOn.IsZero():
		return []finding{{threadDeleted(s), certain}}
	case s.listed != nil:
		return []finding{{Cause{CauseRemoved,
			"the user has left the thread, or was removed from it",
			q.who() + " still has it in the list of threads, and may not see who is in it",
			"have somebody who is in the thread add the user again",
		}, certain}}
	}
	found := []finding{{Cause{CauseNotParticipant,
		"the user is not in the thread",
		q.who() + s.notListed() + ", and may not see who is in it",
		"have somebody who is in the thread add the user, or act as one who is in it",
	}, likely}}
	if q.token.resource != "" {
		found = append(found, finding{Cause{CauseOtherResource,
			"the thread is one of another resource",
			"the token is of the resource " + q.token.resource,
			"see which resource has made the thread, and act as one of its users",
		}, possible})
	}
	return found
}

// notSeen is for when the thread could not be looked at.
func notSeen(q *inquiry) []finding {
	weight := possible
	if q.refusal.Message != "" {
		weight = likely // with a scope that is lacking it says nothing
	}
	return []finding{
		{Cause{CauseNotParticipant,
			"the user is not in the thread",
			strings.TrimSuffix(q.refusal.Message, "."),
			"have somebody who is in the thread add the user, or act as one who is in it",
		}, weight},
		{Cause{CauseThreadDeleted,
			"the thread was deleted",
			"the service answers so for everything but reading its properties",
			"see whether it has a deletedOn in the list of the user's threads",
		}, possible},
	}
}

func threadDeleted(s *threadSight) Cause {
	return Cause{CauseThreadDeleted,
		"the thread was deleted",
		"the list of the user's threads has it as deleted on " + stamp(s.listed.DeletedOn),
		"create another one: a deleted thread does not come back",
	}
}

func (s *threadSight) notListed() string {
	switch {
	case s.wholly:
		return " has no such thread in the list of threads"
	case s.sought:
		return " does not have it among the latest threads"
	}
	return " may not be in it"
}

// messageOfAnother: to change a message is for whoever sent it.
func messageOfAnother(ctx context.Context, q *inquiry) []finding {
	if q.called.messageID == "" || q.called.is(http.MethodGet, "/T/messages/M") || q.lacksScope() {
		return nil
	}
	const fix = "act as the one who sent it: nobody else may change or delete a message"
	s := q.look(ctx)
	switch {
	case s == nil:
		return []finding{{Cause{CauseNotSender, "somebody else sent the message", "", fix}, possible}}
	case !s.member():
		return nil
	}
	m := q.lookAtMessage(ctx)
	switch {
	case m == nil:
		return []finding{{Cause{CauseNotSender, "somebody else sent the message", "the user is in the thread", fix}, likely}}
	case m.Sender == nil:
		return []finding{{Cause{CauseNotSender,
			"the service wrote the message, and nobody may change it",
			"message " + m.ID + " is of type " + string(m.Type),
			"leave it: it records what happened to the thread",
		}, certain}}
	case m.Sender.RawID() != q.token.user:
		return []finding{{Cause{CauseNotSender,
			"somebody else sent the message",
			m.Sender.RawID() + " sent it, and the token is of " + cmp.Or(q.token.user, "another user"),
			fix,
		}, certain}}
	}
	return nil
}

// notAllowed is what is left.
func notAllowed(ctx context.Context, q *inquiry) []finding {
	var found []finding
	if len(q.token.scopes) == 0 {
		found = append(found, finding{Cause{CauseTokenScope,
			"the token may lack the scope",
			"its scopes can't be read here",
			"issue the token with the scope chat",
		}, possible})
	}
	if s := q.look(ctx); s != nil && s.member() && q.called.messageID == "" {
		found = append(found, finding{Cause{CauseNotParticipant,
			"the user was not in the thread at the time",
			"now the user is in it",
			"try again",
		}, possible})
	}
	if len(q.sent().people()) > 0 && q.token.resource != "" {
		found = append(found, finding{Cause{CauseOtherResource,
			"a participant may be a user of another resource",
			"the token is of the resource " + q.token.resource,
			"take only users that this resource has made",
		}, possible})
	}
	return found
}

// who is the user as far as the token tells.
func (q *inquiry) who() string { return cmp.Or(q.token.user, "the user") }
