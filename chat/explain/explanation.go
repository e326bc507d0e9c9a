// Package explain holds the vocabulary in which [chat.Client.Explain] and [identity.Client.Explain] say why a call failed.
//
// [chat.Client.Explain]: https://pkg.go.dev/github.com/acschat/acs-chat-go/chat#Client.Explain
// [identity.Client.Explain]: https://pkg.go.dev/github.com/acschat/acs-chat-go/chat/identity#Client.Explain
package explain

import (
	"log/slog"
	"strconv"
	"strings"
)

// Explanation says why a call failed. The zero value explains nothing. Its text is fit for a log: tokens, keys and signatures are
// erased from it.
type Explanation struct {
	// Causes are the possible causes, the most likely first. If one is certain, all of them are.
	Causes []Cause
}

// Cause is one possible cause. What, Evidence and Fix are single lines without a full stop, at most about 300 bytes each.
type Cause struct {
	// Kind is for programs.
	Kind Kind
	// What is wrong.
	What string
	// Evidence is what supports this cause. Empty: only that the call failed as it did.
	Evidence string
	// Fix is what to do about it.
	Fix string
}

// String lists the causes with their evidence and fixes, numbered, one line each, without a line end at the end. For the empty
// explanation it is "".
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

// LogValue is a group of kind, what, evidence and fix.
func (c Cause) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("kind", string(c.Kind)), slog.String("what", c.What),
		slog.String("evidence", c.Evidence), slog.String("fix", c.Fix),
	)
}
