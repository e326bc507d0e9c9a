package chatmatchers

import (
	"fmt"
	"strings"

	"github.com/onsi/gomega"
	"github.com/onsi/gomega/types"
)

// Times is a detail of [HaveReceived] and [HaveNotified]: the number of requests or events that must match the other details, or a matcher
// for it, such as BeNumerically(">", 1).
func Times(count any) types.GomegaMatcher {
	if matcher, ok := count.(types.GomegaMatcher); ok {
		return times{matcher, "as often as it should"}
	}
	return times{gomega.BeNumerically("==", count), "exactly " + often(count)}
}

// times is a matcher for a number, with its description.
type times struct {
	types.GomegaMatcher
	words string
}

// often describes a number of times.
func often(count any) string {
	if count == 1 {
		return "once"
	}
	return fmt.Sprintf("%v times", count)
}

// tally counts the items that have all details.
type tally[T any] struct {
	often   *times // nil is at least once
	details []types.GomegaMatcher

	found []finding[T]
}

// newTally separates Times from the other details.
func newTally[T any](details []types.GomegaMatcher) tally[T] {
	var t tally[T]
	for _, detail := range details {
		if often, ok := detail.(times); ok {
			t.often = &often
		} else {
			t.details = append(t.details, detail)
		}
	}
	return t
}

// take reports whether the wanted number of items match all details.
func (t *tally[T]) take(items []T) (ok bool, err error) {
	if t.found, err = examine(items, t.details); err != nil {
		return false, err
	}
	if t.often != nil {
		return t.often.Match(count(t.found))
	}
	return count(t.found) > 0, nil
}

// message says what was wanted and what was found instead. Without items it says what other says.
func (t *tally[T]) message(wanted string, show func(finding[T]) string, other func() string) string {
	var b strings.Builder
	b.WriteString("Expected " + wanted)
	if t.often != nil {
		b.WriteString(" " + t.often.words)
	}
	b.WriteString(wording(" with ", t.details) + "\n")
	switch {
	case len(t.found) == 0:
		b.WriteString(other())
	case len(t.details) == 0:
		fmt.Fprintf(&b, "but it was, %s:%s", often(len(t.found)), list(t.found, show))
	default:
		fmt.Fprintf(&b, "but that holds for %d of %d:%s", count(t.found), len(t.found), list(t.found, show))
	}
	return b.String()
}
