package explain

import (
	"log/slog"
	"strconv"
	"strings"
)

// Explanation contains the likely causes of an error. The zero value has none. Its text can be logged: it contains no tokens, keys or
// signatures.
type Explanation struct {
	// Causes are the possible causes, the most likely first. If the first cause is certain, so are the others, and causes that are only
	// possible are omitted.
	Causes []Cause
}

// Cause is one possible cause. What, Evidence and Fix are single lines without a full stop, at most about 300 bytes each.
type Cause struct {
	// Kind identifies the cause, for use by programs.
	Kind Kind
	// What describes the cause, such as "the token has expired".
	What string
	// Evidence supports this cause. Empty means that there is none other than the error itself.
	Evidence string
	// Fix says how to fix it.
	Fix string
}

// String returns the causes with their evidence and fixes, numbered, one line each, without a newline at the end. It returns "" if there
// are no causes.
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

// LogValue returns a group for each cause, "1" for the most likely one, with kind, what, evidence and fix.
func (e Explanation) LogValue() slog.Value {
	groups := make([]slog.Attr, len(e.Causes))
	for i, cause := range e.Causes {
		groups[i] = slog.Any(strconv.Itoa(i+1), cause)
	}
	return slog.GroupValue(groups...)
}

// LogValue returns a group of kind, what, evidence and fix.
func (c Cause) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("kind", string(c.Kind)), slog.String("what", c.What),
		slog.String("evidence", c.Evidence), slog.String("fix", c.Fix),
	)
}
