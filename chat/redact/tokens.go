package redact

import (
	"regexp"
	"strings"
)

// tokens erases signed and encrypted tokens, also those cut short: base 64 of {" and more, with a dot.
func tokens(text string) string {
	return encoded.ReplaceAllStringFunc(text, func(found string) string {
		if strings.Contains(found, ".") {
			return mark
		}
		return found
	})
}

// encoded finds base 64 of a JSON object, and what dots append to it. It does not ask for a dot, which would make it look for one
// from every eyJ in a long text.
var encoded = regexp.MustCompile(`eyJ` + base64 + `{4,}(?:\.` + base64 + `*)*`)
