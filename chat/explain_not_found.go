package chat

import (
	"context"
	"net/http"
	"time"
)

// Causes of a 404.

func threadGone(ctx context.Context, q *inquiry) []finding {
	unknown := Cause{CauseThreadUnknown,
		"there is no such thread",
		"",
		"copy the id as a whole, 19:…@thread.v2, from the thread's create or the list of the user's threads",
	}
	s := q.look(ctx)
	switch {
	case s == nil && q.threadID == "":
		return nil
	case s == nil:
		return []finding{{unknown, likely}, {Cause{CauseThreadDeleted,
			"the thread was deleted",
			"",
			"see whether it has a deletedOn in the list of the user's threads",
		}, possible}}
	case s.member():
		return nil
	case s.listed != nil && !s.listed.DeletedOn.IsZero():
		return []finding{{threadDeleted(s), certain}}
	}
	unknown.Evidence = q.who() + s.notListed() + ", and reading it fails as well"
	return []finding{{unknown, likely}}
}

// messageGone is for calls about a message, and for threads that are there after all.
func messageGone(ctx context.Context, q *inquiry) []finding {
	about := q.called.messageID != "" || q.called.is(http.MethodPost, "/T/readReceipts")
	s := q.look(ctx)
	if s != nil && !s.member() || s == nil && !about {
		return nil
	}
	unknown := finding{Cause{CauseMessageUnknown,
		"there is no such message in the thread, or it was deleted, or is from before the user may read",
		"",
		"take the id from the answer of the send or from the list of the messages",
	}, possible}
	if s == nil {
		return []finding{unknown}
	}
	unknown.Evidence, unknown.weight = "the user is in the thread, so that it is not the thread", likely
	age := q.now().Sub(s.properties.CreatedOn)
	tooNew := finding{Cause{CauseTooNew,
		"the thread is so new that the service does not know it everywhere",
		"it was " + span(max(0, age)) + " old",
		"try again in a few seconds",
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
