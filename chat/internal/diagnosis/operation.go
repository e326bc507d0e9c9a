package diagnosis

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// operationFacts are what the service publishes about an operation.
type operationFacts struct {
	method, path string // below /chat/threads
	name         string
	scopes       []string // each of which allows it
	limit        string   // the published rate
}

// operationTable has the operations of the API. In a path "T" is a thread and "M" a message.
func operationTable() []operationFacts {
	const chat, join, limited = "chat", "chat.join", "chat.join.limited"
	all := []string{chat, join, limited}
	return []operationFacts{
		{http.MethodPost, "", "create a thread", all[:1], "10 in 10 seconds per user"},
		{http.MethodGet, "", "list threads", all, "50 in 10 seconds per user"},
		{http.MethodDelete, "/T", "delete a thread", all[:1], "10 in 10 seconds per user"},
		{http.MethodGet, "/T", "get thread properties", all, "50 in 10 seconds per user"},
		{http.MethodPatch, "/T", "update thread properties", all[:1], "5 in 10 seconds per thread"},
		{http.MethodPost, "/T/messages", "send a message", all, "10 in 10 seconds and 30 in a minute per thread, with edits and deletions"},
		{http.MethodGet, "/T/messages", "list messages", all, "50 in 10 seconds and 200 in a minute per user and thread, 250 and 400 per thread"},
		{http.MethodGet, "/T/messages/M", "get a message", all, "50 in 10 seconds per user and thread, 250 per thread"},
		{http.MethodPatch, "/T/messages/M", "update a message", all, "10 in 10 seconds and 30 in a minute per thread, with new messages"},
		{http.MethodDelete, "/T/messages/M", "delete a message", all, "10 in 10 seconds and 30 in a minute per thread, with new messages"},
		{http.MethodGet, "/T/participants", "list participants", all, "10 in 10 seconds per user and thread, 250 per thread"},
		{http.MethodPost, "/T/participants/:add", "add participants", all[:2], "10 in 10 seconds and 30 in a minute per thread"},
		{http.MethodPost, "/T/participants/:remove", "remove a participant", all[:2], "10 in 10 seconds and 30 in a minute per thread"},
		{http.MethodPost, "/T/typing", "send a typing notification", all, "5 in 10 seconds and 15 in a minute per user and thread"},
		{http.MethodGet, "/T/readReceipts", "list read receipts", all, "5 in 10 seconds per user and thread, 100 per thread"},
		{http.MethodPost, "/T/readReceipts", "send a read receipt", all, "10 in 10 seconds and 30 in a minute per user and thread"},
	}
}

// calledOperation is the operation that a request called, and on what. The zero value is of no known operation.
type calledOperation struct {
	operationFacts
	host, above         string // above is the path of the endpoint
	threadID, messageID string
}

// operationCalled recognizes a request by its method and escaped path; a gateway may have put a path of its own in front.
func operationCalled(method, host, path string) calledOperation {
	called := calledOperation{host: host}
	above, below, found := strings.Cut(path, "/chat/threads")
	if !found {
		return called
	}
	called.above = above
	segments := strings.Split(below, "/")
	if len(segments) > 1 {
		called.threadID, _ = url.PathUnescape(segments[1])
		segments[1] = "T"
	}
	if len(segments) > 3 && segments[2] == "messages" {
		called.messageID, _ = url.PathUnescape(segments[3])
		segments[3] = "M"
	}
	table := operationTable()
	i := slices.IndexFunc(table, func(o operationFacts) bool {
		return o.method == method && o.path == strings.Join(segments, "/")
	})
	if i >= 0 {
		called.operationFacts = table[i]
	}
	return called
}

// is reports whether it is the operation of that method and path.
func (o calledOperation) is(method, path string) bool { return o.method == method && o.path == path }

// addsParticipants reports whether the operation names participants to add.
func (o calledOperation) addsParticipants() bool {
	return o.is(http.MethodPost, "") || o.is(http.MethodPost, "/T/participants/:add")
}

// allows reports whether one of a token's scopes allows the operation.
func (o calledOperation) allows(scopes []string) bool {
	return slices.ContainsFunc(scopes, func(scope string) bool { return slices.Contains(o.scopes, scope) })
}
