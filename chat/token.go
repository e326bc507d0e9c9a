package chat

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/acschat/acs-chat-go/chat/internal/diagnosis"
	"github.com/acschat/acs-chat-go/chat/internal/secret"
)

// AccessToken is the access token of a user. Its JSON contains the token; fmt and slog print it redacted.
type AccessToken struct {
	// Token is a JSON Web Token, signed or encrypted, without quotes, white space or "Bearer " around it.
	Token string `json:"token,omitempty"`
	// ExpiresOn is the time at which the token expires. Zero means that of the "exp" claim or, for an encrypted token, the
	// AssumedLifetime of [TokenCredentialOptions]. It must be set for any other token whose claims cannot be read.
	ExpiresOn time.Time `json:"expiresOn,omitzero"`
}

// Format writes the token redacted, for every verb.
func (t AccessToken) Format(s fmt.State, _ rune) {
	_, _ = fmt.Fprintf(s, "{Token:%s ExpiresOn:%s}", t.redacted(), t.ExpiresOn.Format(time.RFC3339))
}

// LogValue returns the token redacted.
func (t AccessToken) LogValue() slog.Value {
	return slog.GroupValue(slog.String("token", t.redacted()), slog.Time("expiresOn", t.ExpiresOn))
}

func (t AccessToken) redacted() string {
	if t.Token == "" {
		return ""
	}
	return "[redacted]"
}

// lastExpiry is the end of the year 9999 as an "exp" claim. A higher claim is in milliseconds by mistake.
const lastExpiry = 253402300799

// withExpiry returns the token with its expiry, assumed from now if it is encrypted. Its errors do not contain the token.
func (t AccessToken) withExpiry(assumed time.Duration) (AccessToken, error) {
	if err := secret.CheckToken(t.Token); err != nil {
		return t, err
	}
	switch {
	case !t.ExpiresOn.IsZero():
		// Without the monotonic reading: that clock stands still while the machine sleeps, and tokens go on ending.
		t.ExpiresOn = t.ExpiresOn.Round(0)
		return t, nil
	case diagnosis.IsEncrypted(t.Token):
		t.ExpiresOn = time.Now().Add(assumed).Truncate(time.Second).UTC()
		return t, nil
	}
	expiresOn, err := readExpiry(t.Token)
	if err != nil {
		return t, err
	}
	t.ExpiresOn = expiresOn
	return t, nil
}

// age returns the remaining lifetime of the token, by the clock of this machine, for errors.
func (t AccessToken) age() string {
	left := time.Until(t.ExpiresOn)
	if left <= 0 {
		return fmt.Sprintf("the token expired %s ago", diagnosis.Span(-left))
	}
	return fmt.Sprintf("the token has %s left by the local clock: it was revoked, belongs to another resource, or the clock is wrong",
		diagnosis.Span(left))
}

// readExpiry reads the "exp" claim, in whole seconds. It does not check the signature, for which a client has no key.
func readExpiry(token string) (time.Time, error) {
	payload, err := readPayload(token)
	if err != nil {
		return time.Time{}, err
	}
	var claims struct {
		ExpiresOn *float64 `json:"exp"` // jwt.NumericDate would take a string too, and wrap around beyond int64
	}
	if err := json.Unmarshal(payload, &claims); err != nil || claims.ExpiresOn == nil {
		return time.Time{}, errors.New("has no numeric exp claim")
	}
	if seconds := *claims.ExpiresOn; seconds >= 0 && seconds <= lastExpiry {
		return time.Unix(int64(seconds), 0).UTC(), nil
	}
	return time.Time{}, errors.New("has an exp claim that is not a number of seconds since 1970")
}

// readPayload decodes the claims of a token.
func readPayload(token string) ([]byte, error) {
	segments := strings.SplitN(token, ".", 3)
	if len(segments) < 3 {
		return nil, fmt.Errorf("is not a JSON Web Token: %d of 3 dot-separated parts", len(segments))
	}
	payload, err := jwt.NewParser().DecodeSegment(base64URL(segments[1]))
	if err != nil {
		return nil, errors.New("has a payload that is not base64")
	}
	return payload, nil
}

// base64URL converts the standard alphabet with padding, which some issuers use, to that of a JSON Web Token.
func base64URL(segment string) string {
	return strings.NewReplacer("+", "-", "/", "_", "=", "").Replace(segment)
}
