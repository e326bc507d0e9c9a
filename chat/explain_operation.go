package chat

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// operationFacts are what the service's documentation says of an operation.
type operationFacts struct {
	method, path string // below /chat/threads
	name         string
	scopes       []string // each of which opens it
	limit        string   // how often it may be asked for
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

// calledOperation is the operation that a request asked for, and what of. The zero value is of none that is known.
type calledOperation struct {
	operationFacts
	host, above         string // above is the path of the endpoint
	threadID, messageID string
}

// operationCalled reads a request by its method and path, whatever path of a gateway is in front.
func operationCalled(req *http.Request) calledOperation {
	if req == nil || req.URL == nil {
		return calledOperation{}
	}
	called := calledOperation{host: req.URL.Host}
	above, below, found := strings.Cut(req.URL.EscapedPath(), "/chat/threads")
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
		return o.method == req.Method && o.path == strings.Join(segments, "/")
	})
	if i >= 0 {
		called.operationFacts = table[i]
	}
	return called
}

// is reports whether it is the operation of that method and path.
func (o calledOperation) is(method, path string) bool { return o.method == method && o.path == path }

// addsPeople reports whether the request names participants.
func (o calledOperation) addsPeople() bool {
	return o.is(http.MethodPost, "") || o.is(http.MethodPost, "/T/participants/:add")
}

// opensFor reports whether one of the scopes of a token opens the operation.
func (o calledOperation) opensFor(scopes []string) bool {
	return slices.ContainsFunc(scopes, func(scope string) bool { return slices.Contains(o.scopes, scope) })
}
