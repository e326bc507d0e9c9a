package redact

import (
	"regexp"
	"strings"
)

// fields erases secrets that are known by what stands before them.
func fields(text string) string {
	var b strings.Builder
	copied := 0
	for i := 0; i < len(text); i++ {
		if start, end := secretAt(text[i:]); end > 0 {
			b.WriteString(text[copied : i+start])
			b.WriteString(mark)
			copied = i + end
			i = copied - 1
		}
	}
	if copied == 0 {
		return text
	}
	b.WriteString(text[copied:])
	return b.String()
}

// secretAt finds a secret that text begins with the name of. Without one, end is 0. It compares names first, which is fast.
func secretAt(text string) (start, end int) {
	begins := func(name string) bool { return len(text) >= len(name) && strings.EqualFold(text[:len(name)], name) }
	var form *regexp.Regexp
	switch c := text[0] | 0x20; {
	case c == 'a' && begins("authorization"):
		form = authorization
	case c == 'b' && begins("bearer"):
		form = credentials
	case c == 's' && begins("skypetoken"):
		form = skypeToken
	case c == 't' && begins("token"):
		form = token
	case c == 's' && begins("sig"):
		form = signature
	case c == 'a' && begins("access"):
		form = accessKey
	default:
		return 0, 0
	}
	if found := form.FindStringSubmatchIndex(text); found != nil {
		return found[2], found[3]
	}
	return 0, 0
}

const (
	// scheme is that of the Authorization headers whose credentials are secret as a whole.
	scheme = `(?:bearer|basic)(?:[ \t+]|%20)+`

	// value is the value of a field, up to a quote or a separator. A placeholder such as <key> or … is not one.
	value = `(?:` + scheme + `)?(?:[\w+/-]|%[[:xdigit:]]{2}|\\[/u])(?:[^\s;&'"<>\[\]\\]|\\[/u])*`

	// is separates the name of a field from its value: name=value or "name":"value", also inside a JSON string.
	is = `(?:[ \t]*(?:=|%3d)[ \t]*\\*["']?|\\*["'][ \t]*:[ \t]*\\*["'])`

	// heads separates the name of a header from its value, in HTTP and in JSON.
	heads = `\\*["']?[:=][ \t]*(?:\[?\\*["'])?`
)

// The forms of what introduces a secret. The group is the secret.
var (
	// Headers. That of a user's token also as Go prints an [http.Header].
	authorization = regexp.MustCompile(`(?i)^authorization` + heads + `\[?(` + scheme + value + `)`)
	skypeToken    = regexp.MustCompile(`(?i)^skypetoken` + heads + `(` + value + `)`)

	// Credentials that are too long to be a word.
	credentials = regexp.MustCompile(`^(?i:` + scheme + `)((?:` + base64 + `|\.){20,})`)

	// Fields and parameters. Before a colon and a space, "token" and "signature" are prose.
	token     = regexp.MustCompile(`(?i)^token` + is + `(` + value + `)`)
	signature = regexp.MustCompile(`(?i)^sig(?:nature)?` + is + `(` + value + `)`)
	accessKey = regexp.MustCompile(`(?i)^access[_-]?key(?:` + is + `|:[ \t]*["']?)(` + value + `)`)
)
