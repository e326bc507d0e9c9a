package inspector

import (
	"slices"
	"strings"
	"time"

	"github.com/acschat/acs-chat-go/chat/chattest"
)

// faultKind is a fault in the form.
type faultKind struct {
	Name  string
	Label string
	fault chattest.Fault
}

// faultKinds lists the faults in the form, the most common first.
func faultKinds() []faultKind {
	return []faultKind{
		{"unavailable", "503: the service is unavailable", chattest.Fault{Status: 503}},
		{"too-many", "429: too many requests, try again in 2 s", chattest.Fault{Status: 429, RetryAfter: 2 * time.Second}},
		{"error", "500: internal error", chattest.Fault{Status: 500}},
		{"forbidden", "403: not allowed", chattest.Fault{Status: 403}},
		{"not-found", "404: not found", chattest.Fault{Status: 404}},
		{"expired", "401: the token has expired", chattest.Fault{ExpiredToken: true}},
		{"revoked", "401: the tokens of the caller are revoked permanently", chattest.Fault{RevokedToken: true}},
		{"skew", "401: the clock is an hour off, for requests with the access key", chattest.Fault{ClockSkew: time.Hour}},
		{"slow", "the response takes 3 s", chattest.Fault{Delay: 3 * time.Second}},
		{"stuck", "the response takes a minute", chattest.Fault{Delay: time.Minute}},
		{"reset", "the connection breaks, and it takes no effect", chattest.Fault{LoseRequest: true}},
		{"lost", "it takes effect, and the response is lost", chattest.Fault{LoseReply: true}},
		{"cut", "the response body is cut off", chattest.Fault{CutBody: true}},
		{"twice", "it takes effect twice", chattest.Fault{DuplicateRequest: true}},
		{"html", "an HTML page instead of JSON", chattest.Fault{HTML: true}},
		{"empty", "a response without a body", chattest.Fault{EmptyBody: true}},
		{"empty-page", "lists: an empty page with a next link", chattest.Fault{EmptyPage: true}},
		{"short-page", "lists: pages of one item", chattest.Fault{ShortPage: 1}},
		{"lag", "lists: without the messages of the last 10 s", chattest.Fault{ListingLag: 10 * time.Second}},
		{"duplicate", "lists: a page that ends with the same item twice", chattest.Fault{DuplicateItem: true}},
		{"lost-event", "events: one is lost", chattest.Fault{LoseEvent: true}},
		{"double-event", "events: one is delivered twice", chattest.Fault{DuplicateEvent: true}},
		{"late-event", "events: one is delivered after the next", chattest.Fault{ReorderEvent: true}},
		{"message-loss", "events: the client is told that some are lost", chattest.Fault{MessageLoss: true}},
		{"no-ack", "frames: one is not acknowledged", chattest.Fault{WithholdAcknowledgement: true}},
		{"dropped", "events and frames: the socket is closed", chattest.Fault{DropSocket: true}},
	}
}

// faultTime says which requests fail, in the form.
type faultTime struct {
	Name   string
	Label  string
	limits func(f *chattest.Fault, n int)
}

func faultTimes() []faultTime {
	return []faultTime{
		{"next", "the next request", func(*chattest.Fault, int) {}},
		{"always", "every request", func(f *chattest.Fault, _ int) { f.Every = 1 }},
		{"every", "every n-th request", func(f *chattest.Fault, n int) { f.Every = n }},
		{"nth", "the n-th request from now", func(f *chattest.Fault, n int) { f.Nth = n }},
		{"times", "the next n requests", func(f *chattest.Fault, n int) { f.Times = n }},
	}
}

// operationGroup has the operations of one group of the contracts.
type operationGroup struct {
	Label      string
	Operations []operationChoice
}

type operationChoice struct{ Name, Label string }

// operationGroups lists all operations by the group in their names, those of the real-time connection and of Event Grid last.
func operationGroups() (groups []operationGroup) {
	for _, op := range slices.Concat(chattest.Operations(), chattest.RealtimeOperations(), chattest.EventGridOperations()) {
		label, _, _ := strings.Cut(string(op), "_")
		if len(groups) == 0 || groups[len(groups)-1].Label != label {
			groups = append(groups, operationGroup{Label: label})
		}
		last := &groups[len(groups)-1]
		last.Operations = append(last.Operations, operationChoice{string(op), shortName(op)})
	}
	return groups
}

// faultChoices has the choices of the fault form.
type faultChoices struct {
	Groups []operationGroup
	Kinds  []faultKind
	Times  []faultTime
}

func choicesOfFaults() faultChoices {
	return faultChoices{operationGroups(), faultKinds(), faultTimes()}
}
