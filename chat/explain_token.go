package chat

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

// seenToken is what can be known of a token without asking anybody. The zero value is of no token.
type seenToken struct {
	text     string
	readable bool // the fields up to issued are from its claims
	user     string
	resource string
	location string
	scopes   []string
	issuer   string
	expires  time.Time // zero if it does not say
	issued   time.Time

	told     time.Time // when it ends by what the credential was told; zero if that has another token now
	accepted bool      // the service has taken it before
}

// seeToken looks at the token of a request that was answered or, without one, at the one that the client holds.
func (c *Client) seeToken(answered *http.Request) (t seenToken) {
	if answered != nil {
		t.text, _ = strings.CutPrefix(answered.Header.Get("Authorization"), "Bearer ")
	}
	if held := c.held(); held != nil && (t.text == "" || t.text == held.Token) {
		t.text, t.told, t.accepted = held.Token, held.ExpiresOn, held.accepted.Load()
	}
	t.read()
	return t
}

// holdsToken reports whether a call would go out with a token that is there already.
func (c *Client) holdsToken() bool {
	held := c.held()
	return held != nil && time.Now().Before(held.ExpiresOn)
}

// held is the token that is there already, nil if there is none.
func (c *Client) held() *heldToken {
	if c == nil || c.credential == nil {
		return nil
	}
	credential := c.credential()
	if credential == nil {
		return nil
	}
	return credential.held.Load()
}

// read reads the claims as far as they are what they should be.
func (t *seenToken) read() {
	payload, err := readPayload(t.text)
	if err != nil {
		return
	}
	var claims map[string]any
	if err := json.Unmarshal(payload, &claims); err != nil {
		return
	}
	text := func(name string) string {
		s, _ := claims[name].(string)
		return s
	}
	date := func(name string) time.Time {
		seconds, ok := claims[name].(float64)
		if !ok || seconds < 0 || seconds > lastExpiry {
			return time.Time{}
		}
		return time.Unix(int64(seconds), 0)
	}
	t.readable = true
	if user := text("skypeid"); user != "" {
		t.user = "8:" + user
	}
	t.resource, t.location, t.issuer = text("resourceId"), text("resourceLocation"), text("iss")
	t.scopes = strings.FieldsFunc(text("acsScope"), func(r rune) bool { return r == ',' || r == ' ' })
	t.expires, t.issued = date("exp"), date("iat")
}

// resourceOf is the resource in the raw id of a user, "" where there is none.
func resourceOf(rawID string) string {
	rest, ok := strings.CutPrefix(rawID, "8:acs:")
	resource, _, found := strings.Cut(rest, "_")
	if !ok || !found {
		return ""
	}
	return strings.ToLower(resource)
}

// hide takes a token and its signature out of a text, whatever they look like.
func (t seenToken) hide(text string) string {
	const redacted, short = "[redacted]", 8
	if len(t.text) < short {
		return text
	}
	text = strings.ReplaceAll(text, t.text, redacted)
	if signature := t.text[strings.LastIndexByte(t.text, '.')+1:]; len(signature) >= short {
		text = strings.ReplaceAll(text, signature, redacted)
	}
	return text
}
