package chattest

import "time"

// limit is a published rate: how many requests may come in a window of time. What has the same name counts together.
type limit struct {
	name   string
	scope  limitScope
	most   int
	window time.Duration
}

// limitScope is whose requests count together.
type limitScope string

const (
	perResource      limitScope = "the resource"
	perUser          limitScope = "a user"
	perThread        limitScope = "a thread"
	perUserAndThread limitScope = "a user in a thread"
)

// rate is how the limits of chat are published: so many in 10 seconds, and so many in a minute, 0 for any number.
type rate struct {
	scope                   limitScope
	inTenSeconds, inAMinute int
}

// limits are those of an operation. None are published for assignments.
func (o Operation) limits() []limit {
	switch o {
	case CreateChatThread:
		return chatLimits("create threads", rate{perUser, 10, 0}, rate{perResource, 0, 3000})
	case DeleteChatThread:
		return chatLimits("delete threads", rate{perUser, 10, 0})
	case UpdateChatThreadProperties:
		return chatLimits("update threads", rate{perThread, 5, 0})
	case GetChatThreadProperties, ListChatThreads:
		return chatLimits("get and list threads", rate{perUser, 50, 0})
	case AddChatParticipants:
		return append(RemoveChatParticipant.limits(), chatLimits("add participants", rate{perResource, 0, 3000})...)
	case RemoveChatParticipant:
		return chatLimits("add and remove participants", rate{perThread, 10, 30})
	case ListChatParticipants:
		return chatLimits("list participants", rate{perUserAndThread, 10, 0}, rate{perThread, 250, 0})
	case SendChatMessage, UpdateChatMessage, DeleteChatMessage:
		return chatLimits("send, update and delete messages", rate{perThread, 10, 30})
	case GetChatMessage:
		return chatLimits("get messages", rate{perUserAndThread, 50, 0}, rate{perThread, 250, 0})
	case ListChatMessages:
		return chatLimits("list messages", rate{perUserAndThread, 50, 200}, rate{perThread, 250, 400})
	case ListChatReadReceipts:
		return chatLimits("list read receipts", rate{perUserAndThread, 5, 0}, rate{perThread, 100, 0})
	case SendChatReadReceipt:
		return chatLimits("send read receipts", rate{perUserAndThread, 10, 30})
	case SendTypingNotification:
		return chatLimits("send typing notifications", rate{perUserAndThread, 5, 15}, rate{perThread, 10, 30})
	case CreateIdentity:
		return identityLimit("create users", 1000)
	case DeleteIdentity:
		return identityLimit("delete users", 500)
	case IssueAccessToken:
		return identityLimit("issue tokens", 1000)
	case RevokeAccessTokens:
		return identityLimit("revoke tokens", 500)
	case ExchangeTeamsUserToken, ExchangeTeamsExtensionToken, ExchangeEntraToken:
		return identityLimit("exchange tokens", 500)
	}
	return nil
}

func chatLimits(name string, rates ...rate) (limits []limit) {
	for _, r := range rates {
		if r.inTenSeconds > 0 {
			limits = append(limits, limit{name, r.scope, r.inTenSeconds, 10 * time.Second})
		}
		if r.inAMinute > 0 {
			limits = append(limits, limit{name, r.scope, r.inAMinute, time.Minute})
		}
	}
	return limits
}

func identityLimit(name string, inHalfAMinute int) []limit {
	return []limit{{name, perResource, inHalfAMinute, 30 * time.Second}}
}
