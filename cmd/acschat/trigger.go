package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/events"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/cli"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/flags"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/show"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/trigger"
)

// triggering is what the command line of trigger says.
type triggering struct {
	to, schema   string
	set          []string
	list, dryRun bool
}

func newTrigger(t *tool) *cobra.Command {
	var f triggering
	cmd := &cobra.Command{
		Use:   "trigger [TYPE]",
		Short: "Send one event of Event Grid to a webhook",
		Long: `Send one well-formed event of Event Grid to a webhook, without Azure, and print
the status of its answer. There is no handshake, which Event Grid makes when a
subscription is created; the emulator and listen --forward-to make it.

--set changes a member of the data, or the id or the subject. A dot separates
members of members: metadata.team. Identifiers may be given as raw ids.`,
		Example: `  acschat trigger --list
  acschat trigger ChatMessageReceived --to http://localhost:3000/events
  acschat trigger ChatMessageReceivedInThread --set messageBody=hi \
    --set senderId=8:acs:… --to "http://localhost:3000/events?secret=…"
  acschat trigger UserDisconnected --dry-run --schema cloudevents`,
		Args: flags.TakesOne,
		RunE: func(cmd *cobra.Command, args []string) error { return t.trigger(cmd, &f, strings.Join(args, "")) },
	}
	cmd.Flags().Var((*flags.Filled)(&f.to), "to", "the `URL` of the webhook")
	cmd.Flags().StringArrayVar(&f.set, "set", nil, "change `MEMBER=VALUE`; repeatable")
	cmd.Flags().StringVar(&f.schema, "schema", string(events.SchemaEventGrid), "`SCHEMA` of the event: eventgrid or cloudevents")
	cmd.Flags().BoolVar(&f.list, "list", false, "list the types of events")
	cmd.Flags().BoolVar(&f.dryRun, "dry-run", false, "print the event, and do not send it")
	flags.CompleteFrom(cmd, "schema", string(events.SchemaEventGrid), string(events.SchemaCloudEvents))
	var names []cobra.Completion
	for _, t := range events.EventTypes() {
		names = append(names, t.ShortName())
	}
	flags.CompleteArgument(cmd, cobra.FixedCompletions(names, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func (t *tool) trigger(cmd *cobra.Command, f *triggering, name string) error {
	switch {
	case f.list && name != "":
		return cli.Misuse("--list lists all types: omit %q", name)
	case f.list:
		out := show.NewListing(&t.output, eventTypeView())
		if err := out.Write(events.EventTypes()); err != nil {
			return err
		}
		return out.End()
	case name == "":
		return cli.Misuse("which type of event? See trigger --list")
	case f.to == "" && !f.dryRun:
		return cli.Misuse("where to? Name the webhook with --to, or print the event with --dry-run")
	case f.schema != string(events.SchemaEventGrid) && f.schema != string(events.SchemaCloudEvents):
		return cli.Misuse("--schema must be eventgrid or cloudevents, not %q", f.schema)
	}
	event, err := f.event(name)
	if err != nil {
		return err
	}
	if f.dryRun {
		body, err := events.Format(events.Schema(f.schema), trigger.Topic, event)
		if err != nil {
			return err
		}
		return t.output.Object(json.RawMessage(body))
	}
	return t.deliver(cmd, f, event)
}

// event makes the event.
func (f *triggering) event(name string) (events.Event, error) {
	kind, ok := events.FindEventType(name)
	if !ok {
		return nil, cli.Misuse("Event Grid has no type %q: see trigger --list", name)
	}
	event := trigger.Sample(kind, chattest.NewEventID(), time.Now())
	for _, pair := range f.set {
		member, value, ok := strings.Cut(pair, "=")
		if !ok {
			return nil, cli.Misuse("--set %q must be MEMBER=VALUE", pair)
		}
		var err error
		if event, err = trigger.Set(event, member, value); err != nil {
			return nil, cli.Misuse("--set %v", err)
		}
	}
	return event, nil
}

// triggered is the answer of a webhook.
type triggered struct {
	EventType string `json:"eventType"`
	ID        string `json:"id"`
	Status    int    `json:"status"`
	Duration  string `json:"duration"`
}

// deliver sends the event. Another status than a success is an error.
func (t *tool) deliver(cmd *cobra.Command, f *triggering, event events.Event) error {
	webhook, err := chattest.NewWebhook(f.to, &chattest.WebhookOptions{Schema: events.Schema(f.schema), Topic: trigger.Topic})
	if err != nil {
		return cli.Misuse("--to: %v", err)
	}
	kind, _ := events.TypeOf(event)
	start := time.Now()
	status, err := webhook.Deliver(cmd.Context(), 0, event)
	if err != nil {
		return fmt.Errorf("send %s to %s: %w", kind.ShortName(), webhook.URL(), err)
	}
	return show.One(&t.output, triggeredView(), triggered{
		EventType: kind.Name, ID: event.EventHeader().ID, Status: status, Duration: time.Since(start).Round(time.Microsecond).String(),
	})
}

func triggeredView() show.View[triggered] {
	return show.View[triggered]{
		Columns: []show.Column[triggered]{
			{Title: "Event", Text: func(a triggered) string { return events.EventType{Name: a.EventType}.ShortName() }},
			{Title: "ID", Text: func(a triggered) string { return a.ID }},
			{Title: "Answer", Text: func(a triggered) string {
				return strings.TrimSpace(fmt.Sprint(a.Status, " ", http.StatusText(a.Status))) + " after " + a.Duration
			}},
		},
		Wire: func(a triggered) any { return a },
	}
}

func eventTypeView() show.View[events.EventType] {
	return show.View[events.EventType]{
		Columns: []show.Column[events.EventType]{
			{Title: "TYPE", Text: events.EventType.ShortName},
			{Title: "LEVEL", Text: func(t events.EventType) string { return string(t.Level) }},
			{Title: "KIND", Text: func(t events.EventType) string { return string(t.Kind) }},
		},
		Wire: func(t events.EventType) any {
			return struct {
				Type  string       `json:"type"`
				Level events.Level `json:"level,omitzero"`
				Kind  events.Kind  `json:"kind"`
			}{t.Name, t.Level, t.Kind}
		},
	}
}
