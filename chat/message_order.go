package chat

import (
	"cmp"
	"strings"
)

// Compare orders messages by SequenceID, which is the order in which they were written: it returns -1, 0 or +1 if m is before,
// equal to or after other. Sequence ids are compared as decimal numbers, and only those of one thread are comparable.
// Its signature is that of [slices.SortFunc].
func (m Message) Compare(other Message) int { return compareDecimals(m.SequenceID, other.SequenceID) }

// CompareVersion orders messages by Version, the oldest first, as [Message.Compare] does by SequenceID: of two messages that
// differ only in Version, the greater is the newer state of the same message. Listings are in the opposite order.
func (m Message) CompareVersion(other Message) int { return compareDecimals(m.Version, other.Version) }

// compareDecimals compares numbers of any length. A text that is not a number has a place in the order too.
func compareDecimals(a, b string) int {
	a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
	return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b))
}
