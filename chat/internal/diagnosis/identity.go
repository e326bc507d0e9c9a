package diagnosis

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/acschat/acs-chat-go/chat/explain"
)

// Causes of a 401 and a 403 of the identity API, which gives a code with most.

func userUnknown(_ context.Context, x *examination) []finding {
	if x.Refusal.Code != "IdentityNotOwned" {
		return nil
	}
	return []finding{{explain.Cause{
		Kind: explain.UserUnknown, What: "the resource does not have " + cmp.Or(x.called.userID, "the user"),
		Evidence: x.answer(),
		Fix:      "use a user of the resource that the access key belongs to: this one may have been deleted, or belong to another resource",
	}, certain}}
}

// signatureRefused is for a request that was signed with an access key. The signature covers the body and the time.
func signatureRefused(_ context.Context, x *examination) []finding {
	if x.Refusal.Code == "IdentityNotOwned" || x.carriesEntraToken() {
		return nil
	}
	if strings.Contains(x.Refusal.Message, "content-sha256") {
		return []finding{{explain.Cause{
			Kind: explain.RequestAltered, What: "the request was altered on the way to the service",
			Evidence: x.answer(),
			Fix:      "check the proxies and gateways on the way, and the policies and transport of the client: none may change the body",
		}, certain}}
	}
	key := finding{explain.Cause{
		Kind: explain.AccessKey, What: "the access key is not one of the resource",
		Evidence: x.answer(),
		Fix:      "copy the connection string from the portal again: the key may have been regenerated",
	}, likely}
	const tolerance = 3 * time.Minute // less than any service allows
	at, there := x.Refusal.Seen.At, x.Refusal.Seen.ServiceTime
	if there.IsZero() || at.Sub(there).Abs() <= tolerance {
		return []finding{key}
	}
	key.weight = possible
	return []finding{{explain.Cause{
		Kind: explain.Clock, What: "this machine's clock is " + skew(at.Sub(there)) + ", and a signature is valid for minutes only",
		Evidence: fmt.Sprintf("at the answer it was %s at the service and %s here", stamp(there), stamp(at)),
		Fix:      "synchronize the clock (NTP)",
	}, likely}, key}
}

// entraTokenRefused is for a request with the Entra token of an application or a person.
func entraTokenRefused(_ context.Context, x *examination) []finding {
	if x.Refusal.Code == "IdentityNotOwned" || !x.carriesEntraToken() {
		return nil
	}
	cause := explain.Cause{
		Kind: explain.EntraToken, What: "the service does not accept the Entra token",
		Evidence: x.answer(),
		Fix:      "check the tenant and the scopes of the token, and that the resource is set up to accept it",
	}
	if x.Refusal.Status == http.StatusForbidden {
		cause.What = "the owner of the Entra token lacks a role"
		cause.Fix = "assign the application or the managed identity a role on the resource, such as Contributor"
	}
	return []finding{{cause, likely}}
}

// carriesEntraToken reports whether a request was authorized with an Entra token, or one in its body was refused.
func (x *examination) carriesEntraToken() bool {
	return strings.EqualFold(x.Refusal.Seen.Scheme, "Bearer") || x.Refusal.Code == "InvalidAccessToken"
}

// answer is the status of an answer, and what the service says with it.
func (x *examination) answer() string {
	text := fmt.Sprintf("the service answered %d %s", x.Refusal.Status, http.StatusText(x.Refusal.Status))
	if words := strings.Trim(x.Refusal.Code+": "+strings.TrimSuffix(x.Refusal.Message, "."), ": "); words != "" {
		text += ", " + words
	}
	return text
}

// skew is how far a clock is off.
func skew(ahead time.Duration) string {
	if ahead < 0 {
		return Span(-ahead) + " behind"
	}
	return Span(ahead) + " ahead"
}
