package session

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/cli"
)

// Claims are what a token says about itself. An encrypted token says nothing.
type Claims struct {
	Encrypted bool      `json:"encrypted,omitempty"` // only the service can read the claims
	User      string    `json:"user"`
	Scopes    []string  `json:"scopes"`
	Resource  string    `json:"resourceId"`
	Region    string    `json:"resourceLocation,omitempty"`
	IssuedOn  time.Time `json:"issuedOn,omitzero"`
	ExpiresOn time.Time `json:"expiresOn,omitzero"` // zero if it is not known
	Expired   bool      `json:"expired"`

	ReadOn time.Time `json:"-"`
}

// ReadClaims decodes a token without checking its signature. An encrypted token expires when its ExpiresOn says. The errors do not
// quote the token.
func ReadClaims(token chat.AccessToken, now time.Time) (Claims, error) {
	segments := strings.Split(token.Token, ".")
	switch {
	case isEncrypted(segments):
		read := Claims{Encrypted: true, Scopes: []string{}, ExpiresOn: token.ExpiresOn, ReadOn: now}
		read.Expired = read.expiredBy(now)
		return read, nil
	case len(segments) == 5:
		return Claims{}, cli.Misuse("this is not a token: it has 5 parts, and the first does not name an encryption")
	case len(segments) != 3:
		return Claims{}, cli.Misuse("this is not a token: a token has 3 parts separated by dots, or 5 if it is encrypted, and this has %d", len(segments))
	}
	payload, err := jwt.NewParser().DecodeSegment(strings.NewReplacer("+", "-", "/", "_", "=", "").Replace(segments[1]))
	if err != nil {
		return Claims{}, cli.Misuse("this is not a token: its second part is not base64")
	}
	var c struct {
		SkypeID          string           `json:"skypeid"`
		Scope            string           `json:"acsScope"`
		ResourceID       string           `json:"resourceId"`
		ResourceLocation string           `json:"resourceLocation"`
		ExpiresAt        *jwt.NumericDate `json:"exp"`
		IssuedAt         *jwt.NumericDate `json:"iat"`
	}
	if err := json.Unmarshal(payload, &c); err != nil {
		return Claims{}, cli.Misuse("this is not a token: its second part is not an object with claims")
	}
	read := Claims{Resource: c.ResourceID, Region: c.ResourceLocation, IssuedOn: date(c.IssuedAt), ExpiresOn: date(c.ExpiresAt), ReadOn: now}
	if c.SkypeID != "" {
		read.User = "8:" + c.SkypeID
	}
	read.Scopes = strings.FieldsFunc(c.Scope, func(r rune) bool { return r == ',' || r == ' ' })
	read.Expired = read.expiredBy(now)
	return read, nil
}

func (c Claims) expiredBy(now time.Time) bool {
	return !c.ExpiresOn.IsZero() && !now.Before(c.ExpiresOn)
}

// isEncrypted reports whether the parts are those of an encrypted token: there are five, and the first names the encryption.
func isEncrypted(segments []string) bool {
	if len(segments) != 5 {
		return false
	}
	var header struct {
		Encryption string `json:"enc"`
	}
	text, err := base64.RawURLEncoding.DecodeString(segments[0])
	return err == nil && json.Unmarshal(text, &header) == nil && header.Encryption != ""
}

func date(d *jwt.NumericDate) time.Time {
	if d == nil {
		return time.Time{}
	}
	return d.UTC()
}
