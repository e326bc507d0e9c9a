package doctor

import (
	"github.com/acschat/acs-chat-go/chat/explain"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/session"
)

// Fix returns what a user of the tool can do about a cause; "" if the fix of the library applies as it is.
func Fix(kind explain.Kind) string {
	const (
		endpoint = "check --endpoint, " + session.EndpointVariable + " or the connection string"
		another  = "get another token: acschat token issue USER --out FILE and --token-file FILE, or " + session.ConnectionStringVariable + " and --as USER, which issues one each time"
	)
	switch kind {
	case explain.Argument:
		return "correct it at its source: a flag, a file or the environment"
	case explain.Timeout:
		return "check that the endpoint is right and the network up, and try again"
	case explain.Host, explain.ForeignAnswer:
		return endpoint
	case explain.CertificateAuthority:
		return "if the server is the right one, name the file of its authority: --ca-file FILE or " + session.CAFileVariable + "; acschat emulator env prints it for a running emulator"
	case explain.CertificateName:
		return endpoint + ": check the host"
	case explain.Connection:
		return "check the host and port in --endpoint; if it is an emulator, start it: acschat emulator"
	case explain.Proxy:
		return "check HTTPS_PROXY and NO_PROXY, and whether the proxy asks for a password"
	case explain.TokenExpired, explain.TokenRevoked, explain.TokenForeign, explain.TokenUnreadable:
		return another
	case explain.TokenScope:
		return "issue a token for all of chat: acschat token issue USER --scope chat --out FILE"
	case explain.TokenResource:
		return "take endpoint and token from the same resource; acschat token show prints the token's"
	case explain.TokenFetch:
		return "try again; if it persists, check " + session.ConnectionStringVariable + ", with which tokens are issued"
	case explain.AccessKey:
		return "check " + session.ConnectionStringVariable + ": copy it from the portal again, the key may have been regenerated"
	case explain.UserUnknown:
		return "check the user and " + session.ConnectionStringVariable + ": the user may have been deleted, or belong to another resource; acschat user create creates one"
	case explain.NotParticipant, explain.Removed:
		return "ask a participant to add you: acschat participant add --thread THREAD USER; acschat token show prints who you are"
	case explain.OtherResource:
		return "use only users and threads of the token's resource, which acschat token show prints"
	case explain.ThreadDeleted, explain.ThreadUnknown:
		return "list your threads: acschat thread list"
	case explain.MessageUnknown:
		return "copy the whole id: acschat message list --output json"
	case explain.Retention:
		return "use --retention with 30 to 90 days, or none"
	case explain.OutcomeUnknown:
		return "look for the message before you send it again: acschat message list --limit 5"
	}
	return ""
}
