package session

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/acschat/acs-chat-go/cmd/acschat/internal/cli"
)

// Claims are what a token says about itself.
type Claims struct {
	User      string    `json:"user"`
	Scopes    []string  `json:"scopes"`
	Resource  string    `json:"resourceId"`
	Region    string    `json:"resourceLocation,omitempty"`
	IssuedOn  time.Time `json:"issuedOn,omitzero"`
	ExpiresOn time.Time `json:"expiresOn,omitzero"`
	Expired   bool      `json:"expired"`

	ReadOn time.Time `json:"-"`
}

// ReadClaims decodes a token without checking its signature. Its errors do not quote the token.
func ReadClaims(token string, now time.Time) (Claims, error) {
	segments := strings.Split(token, ".")
	if len(segments) != 3 {
		return Claims{}, cli.Misuse("this is not a token: a token has 3 parts separated by dots, and this has %d", len(segments))
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
	read.Expired = !read.ExpiresOn.IsZero() && !now.Before(read.ExpiresOn)
	return read, nil
}

func date(d *jwt.NumericDate) time.Time {
	if d == nil {
		return time.Time{}
	}
	return d.UTC()
}
