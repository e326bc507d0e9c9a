package emulator

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
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
	for _, url := range w.urls {
		if _, err := chattest.NewWebhook(url, nil); err != nil {
			return cli.Misuse("--event-grid: %v", err)
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

// subscribe begins the deliveries.
func (w *webhooks) subscribe(service *chattest.Service) error {
	for _, url := range w.urls {
		_, err := service.DeliverEventsTo(url, &chattest.SubscriptionOptions{
			Schema: events.Schema(w.schema), EventTypes: w.types, MaxEventsPerBatch: w.batch, Concurrency: maxWebhookRequests,
		})
		if err != nil {
			return cli.Misuse("--event-grid: %s", strings.TrimPrefix(err.Error(), "chattest: deliver events: "))
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

// handshakes reports on stderr when a webhook has consented, and the first time that it has not.
type handshakes struct {
	out io.Writer

	mu    sync.Mutex // guards known and the order of lines
	known map[string]bool
}

func (h *handshakes) report(a chattest.DeliveryAttempt) {
	if a.EventTypes != nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	consented, known := h.known[a.Subscription]
	if known && consented == (a.Failure == "") {
		return
	}
	if h.known == nil {
		h.known = make(map[string]bool)
	}
	h.known[a.Subscription] = a.Failure == ""
	text := "delivering events to " + a.URL
	if a.Failure != "" {
		text = fmt.Sprintf("no events for %s yet: %s; trying again every %s", a.URL, a.Failure, chattest.HandshakeInterval)
	}
	fmt.Fprintln(h.out, "acschat: "+harmless.Line(text))
}

// logDelivery writes a line for a request to a webhook.
func logDelivery(out io.Writer, a chattest.DeliveryAttempt) {
	line := fmt.Sprintf("%03d  POST   %s  %v", a.Status, a.URL, a.Duration.Round(10*time.Microsecond))
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
