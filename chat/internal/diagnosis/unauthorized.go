package diagnosis

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/acschat/acs-chat-go/chat/explain"
)

// Causes of a 401 of the chat API. Its body is empty: the token, the two clocks and the endpoint say the rest.

func tokenForeign(_ context.Context, x *examination) []finding {
	t := x.token()
	switch {
	case t.Encrypted && !t.Told.IsZero() && !t.Told.After(x.now()):
		return nil // tokenExpired
	case t.Encrypted:
		return []finding{{encryptedRefused(x), likely}}
	case !t.Readable:
		return []finding{{explain.Cause{
			Kind: explain.TokenUnreadable, What: "the service refuses the token",
			Evidence: "its claims can't be read here, so nothing more is known of it",
			Fix:      "send a user access token of Communication Services: the text that the identity API calls token",
		}, likely}}
	case t.User != "":
		return nil
	}
	cause := explain.Cause{
		Kind: explain.TokenForeign, What: "the token is not one of Communication Services",
		Evidence: "it has no skypeid claim, which names the user",
		Fix:      "exchange it: package identity issues user access tokens, also for a Microsoft Entra token",
	}
	if t.Issuer == "" {
		return []finding{{cause, likely}}
	}
	cause.Evidence += ", and is issued by " + t.Issuer
	return []finding{{cause, certain}}
}

// IsEncrypted reports whether a token is an encrypted JSON Web Token: it has five parts, and its header names an encryption.
func IsEncrypted(token string) bool {
	parts := strings.Split(token, ".")
	if len(parts) != 5 {
		return false
	}
	var header struct {
		Encryption string `json:"enc"`
	}
	text, err := base64.RawURLEncoding.DecodeString(parts[0])
	return err == nil && json.Unmarshal(text, &header) == nil && header.Encryption != ""
}

const encryptedClaims = "it is encrypted, so that only the service can read its claims"

// encryptedRefused is for a token of which only its expiry may be known.
func encryptedRefused(x *examination) explain.Cause {
	t := x.token()
	cause := explain.Cause{
		Kind: explain.TokenUnreadable, What: "the token has expired or was revoked, or its user was deleted",
		Evidence: encryptedClaims,
		Fix:      "fetch a new token, and set ExpiresOn to the time that the identity API returns with it",
	}
	if !t.Told.IsZero() {
		cause.Evidence += "; the credential takes it to expire on " + stamp(t.Told)
	}
	if t.Accepted {
		cause.Evidence += "; the service accepted it before"
	}
	return cause
}

// tokenExpired compares with the service's clock, which decides. The expiry of an encrypted token is that of its credential, which may
// have assumed it.
func tokenExpired(_ context.Context, x *examination) []finding {
	t, now, at := x.token(), x.now(), x.Refusal.Seen.At
	weight := certain
	if t.Encrypted {
		t.Expires, weight = t.Told, likely
	}
	if t.Expires.IsZero() || t.Expires.After(now) {
		return nil
	}
	const delay = 30 * time.Second // an answer may have taken that long
	if behind := now.Sub(at); t.Expires.After(at) && behind > delay {
		return []finding{{explain.Cause{
			Kind: explain.Clock, What: "this machine's clock is " + Span(behind) + " behind, so the token expired unnoticed",
			Evidence: fmt.Sprintf("the token expired on %s; at the answer it was %s at the service and %s here", stamp(t.Expires), stamp(now), stamp(at)),
			Fix:      "synchronize the clock (NTP)",
		}, weight}}
	}
	cause := explain.Cause{
		Kind: explain.TokenExpired, What: "the token has expired",
		Evidence: fmt.Sprintf("it expired %s before the answer, on %s", Span(now.Sub(t.Expires)), stamp(t.Expires)),
		Fix:      "fetch a new token; a credential of NewTokenCredential does so by itself, in time",
	}
	if t.Told.After(t.Expires.Add(delay)) {
		cause.Evidence += ", and the credential was told that it expires on " + stamp(t.Told)
		cause.Fix = "leave ExpiresOn zero, so that it is read from the token"
	}
	if t.Encrypted {
		cause.Evidence += " by its credential; " + encryptedClaims
	}
	return []finding{{cause, weight}}
}

// tokenRefused is for a token that is valid by both clocks. One that was accepted before can't be of another resource. For others,
// only what the token says of its resource supports that: the service may even accept tokens of other resources.
func tokenRefused(_ context.Context, x *examination) []finding {
	t := x.token()
	if !t.Readable || t.User == "" || !t.Expires.IsZero() && !t.Expires.After(x.now()) {
		return nil
	}
	evidence := "it does not say when it expires"
	if !t.Expires.IsZero() {
		evidence = fmt.Sprintf("it had %s left, and is of %s", Span(t.Expires.Sub(x.now())), t.User)
	}
	revoked := finding{explain.Cause{
		Kind: explain.TokenRevoked, What: "the token was revoked, or its user was deleted",
		Evidence: evidence,
		Fix:      "issue another token, and check that the user still exists",
	}, possible}
	if t.Accepted {
		revoked.Evidence += "; the service accepted it before"
		revoked.weight = likely
		return []finding{revoked}
	}
	resource := finding{explain.Cause{
		Kind: explain.TokenResource, What: "the token belongs to another resource than the endpoint",
		Evidence: "it is of the resource " + t.Resource,
		Fix:      "compare that with the immutable resource id of the endpoint's resource, and take token and endpoint from the same resource",
	}, possible}
	switch location := locationOf(x.called.host); {
	case t.ResourceLocation != "" && location != "" && !strings.EqualFold(t.ResourceLocation, location):
		resource.Evidence += fmt.Sprintf(" in %s, and the endpoint is in %s", t.ResourceLocation, location)
		resource.weight = likely
	case resourceOf(t.User) != "" && !strings.EqualFold(resourceOf(t.User), t.Resource):
		resource.Evidence += ", and its user of " + resourceOf(t.User)
		resource.weight = likely
	}
	return []finding{revoked, resource}
}

// locationOf is the location in the host name of a resource, "fabrikam.unitedstates.communication.azure.com"; empty if it has none.
func locationOf(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	labels := strings.Split(strings.ToLower(host), ".")
	if len(labels) < 3 || labels[2] != "communication" {
		return ""
	}
	return labels[1]
}

// resourceOf is the resource in the raw id of a user, empty if it has none.
func resourceOf(rawID string) string {
	rest, ok := strings.CutPrefix(rawID, "8:acs:")
	resource, _, found := strings.Cut(rest, "_")
	if !ok || !found {
		return ""
	}
	return strings.ToLower(resource)
}
