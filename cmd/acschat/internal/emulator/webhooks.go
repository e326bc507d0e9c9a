package emulator

import (
	"fmt"
	"io"
	"maps"
	"net/url"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/events"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/cli"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/flags"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/harmless"
)

// maxWebhookRequests is how many requests a webhook gets at the same time. The service sends them concurrently, too.
const maxWebhookRequests = 16

// webhooks are the webhooks to which events are delivered as Event Grid does.
type webhooks struct {
	urls   []string
	schema schema
	types  []string
	batch  int
}

func (w *webhooks) addFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringArrayVar(&w.urls, "event-grid", nil, "deliver events to the webhook at `URL`, as Event Grid does; may be repeated")
	f.Var(&w.schema, "event-grid-schema", "`SCHEMA` of the events: eventgrid or cloudevents")
	f.StringArrayVar(&w.types, "event-grid-type", nil, "deliver only events of a `TYPE`, such as ChatMessageReceived; may be repeated")
	f.IntVar(&w.batch, "event-grid-batch", 1, "at most `N` events in a request, up to 5000")
	flags.CompleteFrom(cmd, "event-grid-schema", string(events.SchemaEventGrid), string(events.SchemaCloudEvents))
	flags.CompleteFrom(cmd, "event-grid-type", shortTypes()...)
}

// shortTypes lists the types of events without their prefix.
func shortTypes() (names []string) {
	for _, t := range events.EventTypes() {
		names = append(names, t.ShortName())
	}
	return names
}

// check rejects invalid flags before anything is created.
func (w *webhooks) check() error {
	names := make(map[string]bool)
	for _, target := range w.urls {
		if _, err := chattest.NewWebhook(target, nil); err != nil {
			return cli.Misuse("--event-grid: %v", err)
		}
		name := webhookName(target)
		if names[name] {
			return cli.Misuse("--event-grid: %s is given twice; webhooks must differ in their host or path, by which their deliveries are kept", name)
		}
		names[name] = true
	}
	for _, name := range w.types {
		if _, ok := events.FindEventType(name); !ok {
			return cli.Misuse("--event-grid-type: there is no event type %q; acschat trigger --list lists them", name)
		}
	}
	switch {
	case len(w.urls) == 0 && (w.schema != "" || len(w.types) > 0 || w.batch != 1):
		return cli.Misuse("--event-grid-schema, --event-grid-type and --event-grid-batch need --event-grid")
	case w.batch < 1 || w.batch > 5000:
		return cli.Misuse("--event-grid-batch must be between 1 and 5000, not %d", w.batch)
	}
	return nil
}

// webhookName is the name that the subscription of a valid URL gets: the URL without its scheme and query.
func webhookName(target string) string {
	u, err := url.Parse(target)
	if err != nil {
		return ""
	}
	return u.Host + u.EscapedPath()
}

// subscribe begins the deliveries.
func (w *webhooks) subscribe(service *chattest.Service) error {
	for _, target := range w.urls {
		_, err := service.DeliverEventsTo(target, &chattest.SubscriptionOptions{
			Schema: events.Schema(w.schema), EventTypes: w.types, MaxEventsPerBatch: w.batch, Concurrency: maxWebhookRequests,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// reportAbsent reports events of an earlier run that wait for a webhook without a subscription.
func reportAbsent(out io.Writer, service *chattest.Service) {
	waiting := make(map[string]int)
	for _, d := range service.Deliveries() {
		if d.Status == chattest.DeliveryWaiting {
			waiting[d.Subscription]++
		}
	}
	for _, e := range service.Subscriptions() {
		delete(waiting, e.Name())
	}
	for _, name := range slices.Sorted(maps.Keys(waiting)) {
		text := fmt.Sprintf("events of an earlier run wait for the webhook %s, %d in all: name it with --event-grid, or remove them with DELETE /admin/deliveries", name, waiting[name])
		fmt.Fprintln(out, "acschat: "+harmless.Line(text))
	}
}

// schema is the value of --event-grid-schema.
type schema events.Schema

func (s *schema) Type() string { return "SCHEMA" }

func (s *schema) String() string {
	if *s == "" {
		return string(events.SchemaEventGrid)
	}
	return string(*s)
}

func (s *schema) Set(text string) error {
	switch events.Schema(text) {
	case events.SchemaEventGrid, events.SchemaCloudEvents:
		*s = schema(text)
		return nil
	}
	return fmt.Errorf("must be %s or %s", events.SchemaEventGrid, events.SchemaCloudEvents)
}

// reportHandshake reports when a webhook has consented, the first time that it has not, and when it is asked no more.
func reportHandshake(out io.Writer, a chattest.DeliveryAttempt) {
	var text string
	switch {
	case a.Handshake == 0:
		return
	case a.State == chattest.SubscriptionActive:
		text = "delivering events to " + a.URL
	case a.State == chattest.SubscriptionFailed:
		text = fmt.Sprintf("no events for %s: it has not consented for ten minutes: %s. Events from now on are not kept for it. "+
			`Start the program, and choose "Handshake again" on the page at / or restart the emulator`, a.URL, a.Failure)
	case a.Handshake == 1:
		text = fmt.Sprintf("no events for %s yet: %s; trying again every %s", a.URL, a.Failure, chattest.HandshakeInterval)
	default:
		return
	}
	fmt.Fprintln(out, "acschat: "+harmless.Line(text))
}

// logDelivery writes a line for a request to a webhook.
func logDelivery(out io.Writer, a chattest.DeliveryAttempt) {
	line := fmt.Sprintf("%03d  %-6s %s  %v", a.Status, a.Method, a.URL, a.Duration.Round(10*time.Microsecond))
	switch n := len(a.EventTypes); n {
	case 0:
		line += "  handshake"
	case 1:
		line += "  " + events.EventType{Name: a.EventTypes[0]}.ShortName()
	default:
		line += fmt.Sprintf("  %d events", n)
	}
	if a.Failure != "" {
		line += "  failed: " + a.Failure
	}
	if a.Fault != 0 {
		line += fmt.Sprint("  by fault ", a.Fault)
	}
	logLine(out, line)
}
