package chat

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// AccessToken is a user access token and the time it ends.
type AccessToken struct {
	// Token is the text sent to the service, a JSON Web Token.
	Token string
	// ExpiresOn is when the token ends. Zero: it is read from the token's "exp" claim.
	// Set it for a token that can't be read.
	ExpiresOn time.Time
}

// withExpiry returns the token with its end filled in.
func (t AccessToken) withExpiry() (AccessToken, error) {
	if t.Token == "" {
		return t, errors.New("the token is empty")
	}
	if !t.ExpiresOn.IsZero() {
		return t, nil
	}
	expiresOn, err := readExpiry(t.Token)
	if err != nil {
		return t, err
	}
	t.ExpiresOn = expiresOn
	return t, nil
}

// readExpiry reads the "exp" claim. The signature is the service's to check: a client does not hold the key.
// Its errors never quote the token.
func readExpiry(token string) (time.Time, error) {
	segments := strings.Split(token, ".")
	if len(segments) < 3 {
		return time.Time{}, fmt.Errorf("the token is not a JSON Web Token: %d of 3 dot-separated parts", len(segments))
	}
	payload, err := jwt.NewParser().DecodeSegment(base64URL(segments[1]))
	if err != nil {
		return time.Time{}, errors.New("the token's payload is not base64")
	}
	var claims struct {
		ExpiresAt *jwt.NumericDate `json:"exp"`
	}
	if err := json.Unmarshal(payload, &claims); err != nil {
		return time.Time{}, errors.New("the token's payload has no numeric exp claim")
	}
	if claims.ExpiresAt == nil {
		return time.Time{}, errors.New("the token has no exp claim: give its ExpiresOn")
	}
	return claims.ExpiresAt.Time, nil
}

// base64URL brings the standard alphabet and padding, which some issuers use, to the one of a JSON Web Token.
func base64URL(segment string) string {
	return strings.NewReplacer("+", "-", "/", "_", "=", "").Replace(segment)
}
