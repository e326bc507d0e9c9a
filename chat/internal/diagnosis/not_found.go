package diagnosis

import (
	"context"
	"time"

	"github.com/acschat/acs-chat-go/chat/explain"
	"github.com/acschat/acs-chat-go/chat/internal/operations"
)

// Causes of a 404.

func threadGone(ctx context.Context, x *examination) []finding {
	unknown := explain.Cause{
		Kind: explain.ThreadUnknown, What: "the thread does not exist",
		Fix: "copy the whole id, 19:…@thread.v2, from the result of CreateThread or the list of the user's threads",
	}
	s := x.thread(ctx)
	switch {
	case s == nil && x.threadID == "":
		return nil
	case s == nil:
		weight := likely
		if x.isAboutMessage() {
			weight = possible // messageGone names both
		}
		return []finding{{unknown, weight}, {explain.Cause{
			Kind: explain.ThreadDeleted, What: "the thread was deleted",
			Fix: "check whether it has a deletedOn in the list of the user's threads",
		}, possible}}
	case s.member:
		return nil
	case !s.search.DeletedOn.IsZero():
		return []finding{{threadDeleted(s), certain}}
	}
	unknown.Evidence = x.user() + s.search.outcome() + ", and reading its properties fails as well"
	return []finding{{unknown, likely}}
}

// messageGone is for calls about a message, and for threads that turn out to exist.
func messageGone(ctx context.Context, x *examination) []finding {
	about := x.isAboutMessage()
	s := x.thread(ctx)
	if s != nil && !s.member || s == nil && !about {
		return nil
	}
	unknown := finding{explain.Cause{
		Kind: explain.MessageUnknown, What: "the message does not exist, was deleted, or is older than the user may read",
		Fix: "take the id from the result of SendMessage or the list of messages",
	}, possible}
	if s == nil {
		unknown.What, unknown.weight = "the message does not exist, or its thread does not", likely
		return []finding{unknown}
	}
	unknown.Evidence, unknown.weight = "the user is a participant of the thread, so the thread exists", likely
	age := x.now().Sub(s.createdOn)
	tooNew := finding{explain.Cause{
		Kind: explain.TooNew, What: "the thread is so new that some servers do not know it yet",
		Evidence: "it was " + Span(max(0, age)) + " old",
		Fix:      "try again in a few seconds",
	}, possible}
	const young = time.Minute
	switch {
	case !about:
		tooNew.weight = likely
		return []finding{tooNew}
	case age < young:
		return []finding{unknown, tooNew}
	}
	return []finding{unknown}
}

// isAboutMessage reports whether the request names a message, in its path or its body.
func (x *examination) isAboutMessage() bool {
	return x.called.messageID != "" || x.called.ID == operations.SendChatReadReceipt
}
