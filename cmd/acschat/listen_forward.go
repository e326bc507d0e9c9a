package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/events"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/cli"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/flags"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/forward"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/harmless"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/show"
)

// forwarding delivers events to the webhook of a program.
type forwarding struct {
	url    string
	schema string
}

func (f *forwarding) addFlags(cmd *cobra.Command) {
	cmd.Flags().Var((*flags.Filled)(&f.url), "forward-to", "deliver the events to the webhook at `URL`, as Event Grid does on the level of threads, and print its answers")
	f.schema = string(events.SchemaEventGrid)
	cmd.Flags().Var((*flags.Filled)(&f.schema), "forward-schema", "`SCHEMA` of forwarded events: eventgrid or cloudevents")
	flags.CompleteFrom(cmd, "forward-schema", string(events.SchemaEventGrid), string(events.SchemaCloudEvents))
}

// start starts to deliver events until the context ends, and returns what queues an event, and what waits for the end and then reports what
// was not delivered. If an answer can't be printed, it calls fail.
func (f *forwarding) start(ctx context.Context, t *tool, report *connectionReport, fail func(error)) (add func(events.Event) error, wait func(), err error) {
	webhook, err := chattest.NewWebhook(f.url, &chattest.WebhookOptions{Schema: events.Schema(f.schema)})
	if err != nil {
		return nil, nil, cli.Misuse("--forward-to: %v", err)
	}
	out := show.NewListing(&t.output, attemptView())
	var problem string // of the handshake, as it was last reported
	shaken := func(err error) {
		switch {
		case err == nil:
			report.say("forwarding events to %s", harmless.Line(webhook.URL()))
		case err.Error() != problem:
			problem = err.Error()
			report.say("%s accepts no events yet: %s; trying again every %s", harmless.Line(webhook.URL()), harmless.Line(problem), chattest.HandshakeInterval)
		}
	}
	tell := func(a forward.Attempt) {
		if err := out.Write([]forward.Attempt{a}); err != nil {
			fail(err)
		}
	}
	forwarder := forward.New(webhook, shaken, tell)
	var running sync.WaitGroup
	running.Go(func() { forwarder.Run(ctx) })
	missing := map[events.Kind]bool{}
	full := false
	add = func(e events.Event) error {
		switch err := forwarder.Add(e); {
		case err == nil:
		case !errors.Is(err, forward.ErrNoType):
			report.say("an event is not forwarded: %s", harmless.Line(err.Error()))
		case !missing[e.Kind()]:
			missing[e.Kind()] = true
			report.say("Event Grid has no events of the kind %s: they are not forwarded", e.Kind())
		}
		if _, dropped := forwarder.Undelivered(); dropped > 0 && !full {
			full = true
			report.say("more than %d events wait for the webhook: the oldest are given up", forward.MaxWaiting)
		}
		return nil
	}
	wait = func() {
		running.Wait()
		if waiting, dropped := forwarder.Undelivered(); waiting+dropped > 0 {
			report.say("events that were not delivered: %d still waiting, %d given up before", waiting, dropped)
		}
	}
	return add, wait, nil
}

// attemptView is that of answers: when the event happened, what, where, and what the webhook answered.
func attemptView() show.View[forward.Attempt] {
	return show.View[forward.Attempt]{
		Columns: []show.Column[forward.Attempt]{
			{Title: "TIME", Text: func(a forward.Attempt) string { return show.Time(a.Event.EventHeader().Time) }},
			{Title: "EVENT", Text: func(a forward.Attempt) string { return shortType(a.Event) }, Widest: longestType()},
			{Title: "THREAD", Text: func(a forward.Attempt) string { return a.Event.EventHeader().ThreadID }},
			{Title: "ANSWER", Text: answered, Loose: true},
		},
		Wire: func(a forward.Attempt) any { return attemptObjectOf(a) },
	}
}

// answered describes an answer, and what follows it.
func answered(a forward.Attempt) string {
	text := "no answer"
	if a.Status != 0 {
		text = strings.TrimSpace(fmt.Sprint(a.Status, " ", http.StatusText(a.Status)))
	} else if a.Err != nil {
		text += ": " + a.Err.Error()
	}
	switch {
	case a.RetryIn > 0:
		return fmt.Sprintf("%s; again in %s", text, a.RetryIn)
	case a.Err != nil:
		return text + "; given up"
	case a.Number > 1:
		return fmt.Sprintf("%s, at attempt %d", text, a.Number)
	}
	return text
}

// shortType returns the type of an event in Event Grid, without its prefix.
func shortType(e events.Event) string {
	t, _ := events.TypeOf(e)
	return t.ShortName()
}

// longestType returns the type of events in Event Grid that needs the most room.
func longestType() string {
	longest := ""
	for _, t := range events.EventTypes() {
		if name := t.ShortName(); len(name) > len(longest) {
			longest = name
		}
	}
	return longest
}

// attemptObject is an attempt in JSON.
type attemptObject struct {
	EventType string       `json:"eventType"`
	Attempt   int          `json:"attempt"`
	Status    int          `json:"status,omitzero"`
	Error     string       `json:"error,omitzero"`
	RetryIn   string       `json:"retryIn,omitzero"`
	Duration  string       `json:"duration"`
	Event     events.Event `json:"event"`
}

func attemptObjectOf(a forward.Attempt) attemptObject {
	t, _ := events.TypeOf(a.Event)
	o := attemptObject{EventType: t.Name, Attempt: a.Number, Status: a.Status, Duration: a.Duration.Round(time.Microsecond).String(), Event: a.Event}
	if a.Err != nil {
		o.Error = a.Err.Error()
	}
	if a.RetryIn > 0 {
		o.RetryIn = a.RetryIn.String()
	}
	return o
}
