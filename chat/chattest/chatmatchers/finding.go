package chatmatchers

import (
	"fmt"
	"strings"

	"github.com/onsi/gomega/types"
)

// finding is an examined item.
type finding[T any] struct {
	item   T
	lacked types.GomegaMatcher // the first detail that does not match, nil if all do
}

// examine matches every item against the details.
func examine[T any](items []T, details []types.GomegaMatcher) ([]finding[T], error) {
	found := make([]finding[T], len(items))
	for i, item := range items {
		found[i].item = item
		for _, detail := range details {
			ok, err := detail.Match(item)
			if err != nil {
				return nil, err
			}
			if !ok {
				found[i].lacked = detail
				break
			}
		}
	}
	return found, nil
}

// count is the number of items that match all details.
func count[T any](found []finding[T]) (n int) {
	for _, f := range found {
		if f.lacked == nil {
			n++
		}
	}
	return n
}

// lack says in a paragraph of its own which detail of the item does not match, unless that is obvious.
func (f finding[T]) lack() string {
	if f.lacked == nil {
		return ""
	}
	if own, ok := f.lacked.(interface{ plain() bool }); ok && own.plain() {
		return ""
	}
	return "\n" + indent(f.lacked.FailureMessage(f.item))
}

// wording says which details are wanted, as far as they can say it.
func wording(preposition string, details []types.GomegaMatcher) string {
	var words []string
	for _, detail := range details {
		if own, ok := detail.(fmt.Stringer); ok {
			words = append(words, own.String())
		} else {
			words = append(words, "a further condition")
		}
	}
	if len(words) == 0 {
		return ""
	}
	return preposition + strings.Join(words, " and ")
}

// The limits of a failure message: items, of which it shows the first and the last, and bytes of a text.
const (
	maxShown = 10
	maxText  = 500
)

// list shows items in paragraphs. Of many it omits those in the middle.
func list[T any](items []T, show func(T) string) string {
	var b strings.Builder
	for i, item := range items {
		switch {
		case len(items) <= maxShown || i < maxShown/2 || i >= len(items)-maxShown/2:
			b.WriteString("\n" + indent(show(item)))
		case i == maxShown/2:
			b.WriteString("\n" + indent(fmt.Sprintf("… and %d more …", len(items)-maxShown)))
		}
	}
	return b.String()
}

func indent(text string) string {
	return "    " + strings.ReplaceAll(text, "\n", "\n    ")
}

func cut(text string) string {
	if len(text) <= maxText {
		return text
	}
	return strings.ToValidUTF8(text[:maxText], "") + "…"
}
