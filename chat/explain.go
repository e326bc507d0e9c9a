package chat

import (
	"context"
	"log/slog"
	"strconv"
	"strings"
)

// Explanation says why a call failed. The zero value explains nothing. It holds no token and no signature, and its text is fit
// for a log.
type Explanation struct {
	// Causes are what may be the matter, the most likely first. Where one is certain, there are no others than certain ones.
	Causes []Cause
}

// Cause is one thing that may be the matter. What, Evidence and Fix are lines without a full stop, at most about 300 bytes each.
type Cause struct {
	// Kind is for programs.
	Kind CauseKind
	// What is the matter.
	What string
	// Evidence is what speaks for it. Empty: nothing but that the call failed as it did.
	Evidence string
	// Fix is what to do about it.
	Fix string
}

// Explain says why err came about: an error of this client's calls, of those of its thread clients and pagers, or of a
// [FailedParticipant]. threadID is the thread it is about, for an error that does not tell: what an answer was about counts more.
// It may be "". A nil err has the empty explanation, and every other at least one cause.
//
// It goes by the error, by the answer of the service in it, and by what the token says of itself. It fetches no token. Where that
// leaves the cause open it looks at the service, as the user, and only while the client holds a valid token:
//
//   - after a 403 the first of the participants of the thread, and after a 404 its properties; where these are refused, up to
//     two pages of the user's threads, and where they are not and a message was to be changed, that message;
//   - after a 400 of adding participants: the first page of the participants there are.
//
// That is at most three requests, each made once, for five seconds at the most, and recorded like any other. Once ctx has ended
// there are none. What they tell is as of now, which may be later than the failure.
//
// A nil Client, as [NewClient] returns with an error, explains what can be told from the error alone.
// Explain is safe for concurrent use.
//
// The API operations are ChatThread_GetChatThreadProperties, Chat_ListChatThreads, ChatThread_GetChatMessage and
// ChatThread_ListChatParticipants.
func (c *Client) Explain(ctx context.Context, threadID string, err error) Explanation {
	if err == nil {
		return Explanation{}
	}
	q := newInquiry(c, threadID, err)
	return Explanation{Causes: q.causes(ctx)}
}

// Explain is [Client.Explain] for errors of this thread, also where [NewThreadClient] made the client. A nil ThreadClient, as that
// returns with an error, explains what can be told from the error alone.
func (t *ThreadClient) Explain(ctx context.Context, err error) Explanation {
	if t == nil {
		return (*Client)(nil).Explain(ctx, "", err)
	}
	return t.client.Explain(ctx, t.threadID, err)
}

// String is the causes with their evidence and fixes, numbered and a line each, without a line end at the end. The empty
// explanation is "".
func (e Explanation) String() string {
	var b strings.Builder
	for i, cause := range e.Causes {
		number := strconv.Itoa(i+1) + ". "
		indent := "\n" + strings.Repeat(" ", len(number))
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(number + cause.What)
		if cause.Evidence != "" {
			b.WriteString(indent + "evidence: " + cause.Evidence)
		}
		if cause.Fix != "" {
			b.WriteString(indent + "fix: " + cause.Fix)
		}
	}
	return b.String()
}

// LogValue is a group for each cause, "1" for the most likely one, with its kind, what, evidence and fix.
func (e Explanation) LogValue() slog.Value {
	groups := make([]slog.Attr, len(e.Causes))
	for i, cause := range e.Causes {
		groups[i] = slog.Any(strconv.Itoa(i+1), cause)
	}
	return slog.GroupValue(groups...)
}

// LogValue is a group of the four.
func (c Cause) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("kind", string(c.Kind)), slog.String("what", c.What),
		slog.String("evidence", c.Evidence), slog.String("fix", c.Fix),
	)
}
