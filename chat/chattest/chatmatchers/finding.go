package chatmatchers

import (
	"fmt"
	"strings"

	"github.com/onsi/gomega/types"
)

// finding is an item that was looked at.
type finding[T any] struct {
	item   T
	lacked types.GomegaMatcher // the first detail that it does not have, nil if it has all
}

// examine looks for the details in every item.
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

// count is how many items have all the details.
func count[T any](found []finding[T]) (n int) {
	for _, f := range found {
		if f.lacked == nil {
			n++
		}
	}
	return n
}

// lack says which detail the item does not have, in a paragraph of its own, unless one sees it.
func (f finding[T]) lack() string {
	if f.lacked == nil {
		return ""
	}
	if own, ok := f.lacked.(interface{ plain() bool }); ok && own.plain() {
		return ""
	}
	return "\n" + indent(f.lacked.FailureMessage(f.item))
}

// wording says which details are wanted, as far as that can be said.
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

// What a failure shows at most: the first and the last items of many, and so much of a text.
const (
	maxShown = 10
	maxText  = 500
)

// list shows items in paragraphs, the middle ones of many left out.
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
