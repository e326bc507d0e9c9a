package doctor

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

// noCredential stands in for an invalid token, so that there is a client to explain it.
func noCredential() *chat.TokenCredential {
	credential, err := chat.NewTokenCredential(func(context.Context) (chat.AccessToken, error) {
		return chat.AccessToken{}, errors.New("there is no token")
	}, nil)
	if err != nil {
		panic(err) // it has no invalid argument
	}
	return credential
}

// checkToken reads the token by the service's clock. With a connection string it is issued first.
func (x *Examination) checkToken(ctx context.Context) (string, error) {
	if x.tokenErr != nil {
		return "", x.tokenErr
	}
	if x.blocked {
		var cancel context.CancelFunc
		ctx, cancel = context.WithCancel(ctx)
		cancel() // a given token is available at once, and none can be issued
	}
	token, err := x.credential.Token(ctx)
	switch {
	case err != nil && x.blocked:
		return "", errSkipped
	case err != nil:
		x.blocked = true
		return "", err
	}
	if x.assumed {
		token.ExpiresOn = time.Time{}
	}
	now := time.Now().Add(x.clockOffset)
	c, err := session.ReadClaims(token, now)
	if err != nil {
		return "", err
	}
	return checkClaims(c, now)
}

// checkClaims describes a token, and checks that it is a user's and valid. The call that follows shows whether its scopes suffice.
func checkClaims(c session.Claims, now time.Time) (string, error) {
	facts := fmt.Sprintf("of %s, with scope %s, of resource %s, expires %s",
		orNothing(c.User), orNothing(strings.Join(c.Scopes, ", ")), orNothing(c.Resource), show.Until(c.ExpiresOn, now))
	if c.Encrypted {
		facts = encryptedFacts(c, now)
	}
	cause := explain.Cause{Evidence: facts}
	switch {
	case c.User == "" && !c.Encrypted:
		cause.Kind, cause.What = explain.TokenForeign, "the token is not of Communication Services: it names no user"
	case c.Expired:
		cause.Kind, cause.What = explain.TokenExpired, "the token has expired"
	default:
		return facts, nil
	}
	return "", &symptom{cause}
}

// encryptedFacts describes a token of which the expiry may be known, and nothing else.
func encryptedFacts(c session.Claims, now time.Time) string {
	const facts = "encrypted, so that only the service can read its user and scopes; "
	if c.ExpiresOn.IsZero() {
		return facts + "when it expires is not known: --token-expires says it"
	}
	return facts + "expires " + show.Until(c.ExpiresOn, now)
}

func orNothing(text string) string {
	if text == "" {
		return "nothing"
	}
	return text
}

// hostsOf returns the hosts of a certificate.
func hostsOf(leaf *x509.Certificate) []string {
	names := slices.Clone(leaf.DNSNames)
	for _, ip := range leaf.IPAddresses {
		names = append(names, ip.String())
	}
	return names
}
