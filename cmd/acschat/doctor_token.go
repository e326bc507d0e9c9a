package main

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/explain"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/session"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/show"
)

// noCredential stands in where the token that was given is none, so that there is a client to explain that.
func noCredential() *chat.TokenCredential {
	credential, err := chat.NewTokenCredential(func(context.Context) (chat.AccessToken, error) {
		return chat.AccessToken{}, errors.New("there is no token")
	}, nil)
	if err != nil {
		panic(err) // nothing in it can be wrong
	}
	return credential
}

// checkToken reads the token, which a connection string has to make first, by the service's clock.
func (x *examination) checkToken(ctx context.Context) (string, error) {
	if x.tokenErr != nil {
		return "", x.tokenErr
	}
	if x.blocked {
		var cancel context.CancelFunc
		ctx, cancel = context.WithCancel(ctx)
		cancel() // the one that was given is there at once, and another can't be made
	}
	token, err := x.credential.Token(ctx)
	switch {
	case err != nil && x.blocked:
		return "", errNotChecked
	case err != nil:
		x.blocked = true
		return "", err
	}
	now := time.Now().Add(x.ahead)
	c, err := session.ReadClaims(token.Token, now)
	if err != nil {
		return "", err
	}
	return judge(c, now)
}

// judge says what is in a token, and whether it is a user's and valid. Whether its scopes suffice, the call that follows shows.
func judge(c session.Claims, now time.Time) (string, error) {
	facts := fmt.Sprintf("of %s, for %s, of the resource %s, ends %s",
		orNobody(c.User), orNobody(strings.Join(c.Scopes, ", ")), orNobody(c.Resource), show.Until(c.ExpiresOn, now))
	cause := explain.Cause{Evidence: facts}
	switch {
	case c.User == "":
		cause.Kind, cause.What = explain.TokenForeign, "the token is not one of Communication Services: it names no user"
	case c.Expired:
		cause.Kind, cause.What = explain.TokenExpired, "the token has expired"
	default:
		return facts, nil
	}
	return "", &symptom{cause}
}

func orNobody(text string) string {
	if text == "" {
		return "nothing"
	}
	return text
}

// certified are the hosts that a certificate is for.
func certified(leaf *x509.Certificate) []string {
	names := slices.Clone(leaf.DNSNames)
	for _, ip := range leaf.IPAddresses {
		names = append(names, ip.String())
	}
	return names
}
