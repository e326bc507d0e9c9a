package chat

import (
	"cmp"
	"strings"
)

// Compare orders messages of a thread by SequenceID, the order in which they were sent, and returns -1, 0 or +1.
func (m Message) Compare(other Message) int { return compareDecimals(m.SequenceID, other.SequenceID) }

// CompareVersion orders messages of a thread by Version, the oldest first; listings have the opposite order.
func (m Message) CompareVersion(other Message) int { return compareDecimals(m.Version, other.Version) }

// compareDecimals compares decimal numbers of any length. Other texts have a place in the order too.
func compareDecimals(a, b string) int {
	a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
	return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b))
}
