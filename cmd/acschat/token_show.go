package main

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/spf13/cobra"
)

func newTokenShow(t *tool) *cobra.Command {
	return &cobra.Command{
		Use:   "show",
		Short: "Show whose a token is, what it is for, and how long it lasts",
		Long: `Read a token and show whose it is, for which scopes and resource, and when it ends. Nothing is asked of the service: whether it
takes the token is not said, and the signature is neither checked nor printed.

The token is the one that other commands would use: ` + tokenVariable + `, --token-file or --token.`,
		Example: `  acschat token show
  acschat token show --token-file alice.token
  acschat token issue 8:acs:… | acschat token show --token-file - --output json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			token, err := t.session.accessToken(cmd.Context())
			if err != nil {
				return err
			}
			if token == "" {
				return misuse("which token? Name it with --token-file FILE or %s", tokenVariable)
			}
			facts, err := readClaims(token, time.Now())
			if err != nil {
				return err
			}
			return show(cmd, &t.output, claimsView(), facts)
		},
	}
}

// claims are what a token says of itself.
type claims struct {
	User      string    `json:"user"`
	Scopes    []string  `json:"scopes"`
	Resource  string    `json:"resourceId"`
	Region    string    `json:"resourceLocation,omitempty"`
	IssuedOn  time.Time `json:"issuedOn,omitzero"`
	ExpiresOn time.Time `json:"expiresOn,omitzero"`
	Expired   bool      `json:"expired"`

	readOn time.Time
}

// readClaims takes a token apart. Its errors do not quote it.
func readClaims(token string, now time.Time) (claims, error) {
	segments := strings.Split(token, ".")
	if len(segments) != 3 {
		return claims{}, misuse("this is not a token: between dots, a token has 3 parts, and this has %d", len(segments))
	}
	payload, err := jwt.NewParser().DecodeSegment(strings.NewReplacer("+", "-", "/", "_", "=", "").Replace(segments[1]))
	if err != nil {
		return claims{}, misuse("this is not a token: its second part is not base64")
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
		return claims{}, misuse("this is not a token: its second part is not an object with claims")
	}
	read := claims{Resource: c.ResourceID, Region: c.ResourceLocation, IssuedOn: date(c.IssuedAt), ExpiresOn: date(c.ExpiresAt), readOn: now}
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

func claimsView() view[claims] {
	return view[claims]{
		columns: []column[claims]{
			{title: "User", text: func(c claims) string { return c.User }},
			{title: "Scopes", text: func(c claims) string { return strings.Join(c.Scopes, ", ") }},
			{title: "Resource", text: func(c claims) string { return c.Resource }},
			{title: "Region", text: func(c claims) string { return c.Region }},
			{title: "Issued", text: func(c claims) string { return moment(c.IssuedOn) }},
			{title: "Ends", text: func(c claims) string { return until(c.ExpiresOn, c.readOn) }},
		},
		wire: func(c claims) any { return c },
	}
}
