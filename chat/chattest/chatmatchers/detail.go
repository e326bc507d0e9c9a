package chatmatchers

import (
	"fmt"

	"github.com/onsi/gomega"
	"github.com/onsi/gomega/types"
)

// detail matches a text of a T.
type detail[T any] struct {
	name    string
	text    func(T) string
	matcher types.GomegaMatcher // for the text
	words   string              // what is wanted, "" if only the matcher can say it
	shown   bool                // the text is part of how a T is shown
}

// newDetail makes a detail for a text that must equal the wanted value or satisfy the wanted matcher.
func newDetail[T any](name string, wanted any, text func(T) string) *detail[T] {
	if matcher, ok := wanted.(types.GomegaMatcher); ok {
		return &detail[T]{name: name, text: text, matcher: matcher}
	}
	value := fmt.Sprint(wanted)
	return &detail[T]{name: name, text: text, matcher: gomega.Equal(value), words: fmt.Sprintf("%s %q", name, value)}
}

func (d *detail[T]) Match(actual any) (bool, error) {
	item, ok := actual.(T)
	if !ok {
		return false, fmt.Errorf("the %s is that of a %T, not of a %T", d.name, item, actual)
	}
	return d.matcher.Match(d.text(item))
}

func (d *detail[T]) FailureMessage(actual any) string {
	if d.words == "" {
		return d.ofMatcher(actual, d.matcher.FailureMessage)
	}
	return fmt.Sprintf("Expected %s, but it is %q", d.words, cut(d.text(actual.(T))))
}

func (d *detail[T]) NegatedFailureMessage(actual any) string {
	if d.words == "" {
		return d.ofMatcher(actual, d.matcher.NegatedFailureMessage)
	}
	return "Did not expect " + d.words
}

// ofMatcher is the message of the matcher about the text. Gomega asks for it only after a Match.
func (d *detail[T]) ofMatcher(actual any, message func(any) string) string {
	return "Of the " + d.name + ":\n" + indent(message(d.text(actual.(T))))
}

// String says what is wanted.
func (d *detail[T]) String() string {
	if d.words == "" {
		return "a certain " + d.name
	}
	return d.words
}

// plain reports whether the way a T is shown makes a missing detail obvious.
func (d *detail[T]) plain() bool {
	return d.shown && d.words != ""
}
