package redact

import (
	"regexp"
	"strings"
)

// The lengths of access keys in base 64, of 63 and of 64 bytes, and the mark that the newer ones contain.
const (
	shortKey = 84
	longKey  = 88
	keyMark  = "JQQJ9"
)

// bareKeys erases access keys that stand alone.
func bareKeys(text string) string {
	if !hasLongWord(text) {
		return text
	}
	unescape := strings.NewReplacer(
		"%2B", "+", "%2b", "+", "%2F", "/", "%2f", "/", "%3D", "=", "%3d", "=",
		`\u002B`, "+", `\u002b`, "+", `\u002F`, "/", `\u002f`, "/", `\u003D`, "=", `\u003d`, "=", `\/`, "/")
	return words.ReplaceAllStringFunc(text, func(word string) string {
		key := unescape.Replace(word)
		if len(key) >= longKey && strings.HasSuffix(key, "==") || len(key) >= shortKey && strings.Contains(key, keyMark) {
			return mark
		}
		return word
	})
}

// words are words of standard base 64, which a URL or a JSON string may have escaped.
var words = regexp.MustCompile(`(?i)(?:[a-z0-9+/]|%2[bf]|\\u002[bf]|\\/)+(?:=|%3d|\\u003d){0,2}`)

// hasLongWord reports whether a text has a word that could be a key. Most have none, and looking for words is slow.
func hasLongWord(text string) bool {
	length := 0
	for i := range len(text) {
		switch c := text[i]; {
		case 'a' <= c|0x20 && c|0x20 <= 'z', '0' <= c && c <= '9', strings.IndexByte(`+/=%\`, c) >= 0:
			if length++; length >= shortKey {
				return true
			}
		default:
			length = 0
		}
	}
	return false
}
