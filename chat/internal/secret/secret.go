// Package secret checks tokens, access keys and connection strings before they are used. They are often copied together with what
// surrounds them: quotes, the name of a variable, JSON. Its errors are predicates, to be put after the name of the argument, and never
// quote the text.
package secret

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"unicode"
)

// maxToken is the limit of a token in bytes. A token of the service has less than 1 KB.
const maxToken = 64 << 10

// CheckToken checks that a text has the characters of a token, and nothing around it.
func CheckToken(text string) error {
	trimmed := strings.TrimSpace(text)
	switch {
	case text == "":
		return errors.New("is empty")
	case trimmed == "":
		return errors.New("is blank")
	case len(text) > maxToken:
		return fmt.Errorf("is longer than %d KB", maxToken>>10)
	case strings.HasPrefix(strings.ToLower(trimmed), "bearer "):
		return errors.New(`begins with "Bearer ", which is not part of the token: remove it`)
	}
	if err := Alone("token", trimmed); err != nil {
		return err
	}
	switch {
	case named(trimmed):
		return errNamed()
	case trimmed != text:
		return errors.New("begins or ends with white space, such as the line break of a file: remove it")
	case strings.ContainsFunc(text, outsideTokens):
		return errors.New("contains a space, a line break or another character that a token cannot contain")
	}
	return nil
}

// DecodeKey decodes an access key. White space around it is ignored, and its padding may be missing: a double click on a key does not
// select it.
func DecodeKey(text string) ([]byte, error) {
	text = strings.TrimSpace(text)
	if err := Alone("access key", text); err != nil {
		return nil, err
	}
	key, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(text, "="))
	switch lower := strings.ToLower(text); {
	case strings.Contains(lower, "endpoint=") && strings.Contains(lower, "accesskey="):
		return nil, errors.New("is a connection string: use NewClientFromConnectionString, or pass only the key in it")
	case err != nil && named(text):
		return nil, errNamed()
	case err != nil:
		return nil, errors.New("must be base64, as the portal shows it")
	case len(key) == 0:
		return nil, errors.New("must not be empty")
	}
	return key, nil
}

// CheckConnectionString checks that nothing surrounds a connection string. It does not check its parts.
func CheckConnectionString(text string) error {
	text = strings.TrimSpace(text)
	if err := Alone("connection string", text); err != nil {
		return err
	}
	first, _, _ := strings.Cut(strings.ToLower(text), ";")
	for _, part := range []string{"endpoint", "accesskey"} {
		before, after, found := strings.Cut(first, part)
		if found && hasSuffix(before, "=", ":", " ") && hasPrefix(strings.TrimSpace(after), "=") {
			return errNamed()
		}
	}
	return nil
}

// Alone checks that a text, without white space around it, is not in quotes or JSON, has no byte order mark or comma, and is not a
// placeholder. kind names what should be in the text.
func Alone(kind, text string) error {
	switch {
	case strings.HasPrefix(text, "\ufeff") || strings.HasPrefix(text, "\u00ef\u00bb\u00bf"): // the second is the first, read as Latin-1
		return errors.New("begins with a byte order mark: save the file as UTF-8 without one")
	case strings.Contains(text, "\x00"):
		return errors.New("contains NUL characters: convert the file from UTF-16 to UTF-8")
	case strings.HasPrefix(strings.ToLower(text), "@microsoft.keyvault("):
		return errors.New("is a Key Vault reference that was not resolved: check its URI, and that the application may read the vault")
	case isPlaceholder(text):
		return errors.New("is a placeholder that was not replaced by its value")
	case hasPrefix(text, "{", "["):
		return fmt.Errorf("is JSON: pass only the text of the %s in it", kind)
	case hasPrefix(text, quotes()...) || hasSuffix(text, quotes()...):
		return errors.New("is in quotes: remove them")
	case hasSuffix(text, ","):
		return errors.New("ends with a comma: remove it")
	case hasSuffix(text, ";") && kind != "connection string":
		return errors.New("ends with a semicolon: remove it")
	}
	return nil
}

// isPlaceholder reports whether a text begins as {{key}}, #{key}#, <key>, %KEY%, $KEY, ${KEY} or $(KEY). A dollar sign before a part of a
// connection string is not one.
func isPlaceholder(text string) bool {
	if rest, ok := strings.CutPrefix(text, "$"); ok {
		return rest != "" && !strings.Contains(rest, "=")
	}
	if rest, ok := strings.CutPrefix(text, "%"); ok { // not one of %2B, %2F and %3D, the signs of base64 in a URL
		return rest != "" && (rest[0] == '_' || unicode.IsLetter(rune(rest[0])))
	}
	return hasPrefix(text, "{{", "#{", "<")
}

func quotes() []string {
	return []string{`"`, `'`, "`", `\"`, "“", "”", "‘", "’", "„", "«", "»"}
}

// named reports whether a text begins with the name of a variable, as a line of a file does. Padding is not taken for one: it is at the
// end of base64, or of a part of a token.
func named(text string) bool {
	i := strings.IndexAny(text, "=:")
	if i < 1 || strings.ContainsAny(text[:i], "\r\n") {
		return false
	}
	if text[i] == ':' {
		return hasPrefix(text[i+1:], " ", "\t")
	}
	value := strings.TrimSpace(text[i+1:])
	return value != "" && !hasPrefix(value, "=", ".")
}

// errNamed does not show the name, which may be part of the secret.
func errNamed() error { return errors.New("begins with a name, as in NAME=value: pass only the value") }

// outsideTokens reports whether a token cannot contain the character: it breaks a header, or separates a token from other text. Other
// visible ones are in no token of the service, but may be in those of a test.
func outsideTokens(r rune) bool {
	return r <= ' ' || r > '~' || strings.ContainsRune("\"'`,;()[]{}<>\\^|", r)
}

func hasPrefix(text string, prefixes ...string) bool {
	for _, prefix := range prefixes {
		if strings.HasPrefix(text, prefix) {
			return true
		}
	}
	return false
}

func hasSuffix(text string, suffixes ...string) bool {
	for _, suffix := range suffixes {
		if strings.HasSuffix(text, suffix) {
			return true
		}
	}
	return false
}
