package inspector

import (
	"net/http"
	"slices"

	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/events"
)

// shownDeliveries is how many deliveries the page shows.
const shownDeliveries = 20

// webhooksView has the event subscriptions and their latest deliveries, the latest first.
type webhooksView struct {
	Subscriptions []subscriptionView
	Deliveries    []deliveryView
	Total         int // of those that are kept and were asked for
	CSRF          string
	Query         string
}

type subscriptionView struct {
	Name    string
	URL     string
	State   string
	Failed  bool
	Active  bool
	Outcome string // of the handshake, unless the subscription is active
}

type deliveryView struct {
	ID           string
	Type         string
	Subscription string // "" if there is only one
	Status       string
	Good         bool
	Repeatable   bool // not in progress, and of a subscription that is there
	Attempts     int
	At           moment // of the event
	Next         string // when it is due, "" unless it waits
	Outcome      string
}

// viewWebhooks lists the subscriptions, and the latest deliveries about the chosen thread.
func (p *page) viewWebhooks(g selection) webhooksView {
	v := webhooksView{CSRF: p.csrf, Query: g.Query()}
	names := make(map[string]bool)
	for _, e := range p.service.Subscriptions() {
		names[e.Name()] = true
		s := subscriptionView{
			Name: p.safe(e.Name()), URL: p.safe(e.URL()), State: string(e.State()),
			Failed: e.State() == chattest.SubscriptionFailed, Active: e.State() == chattest.SubscriptionActive,
		}
		if !s.Active {
			s.Outcome = p.safe(e.Outcome())
		}
		v.Subscriptions = append(v.Subscriptions, s)
	}
	thread := g.get(chosenThread)
	for _, d := range slices.Backward(p.service.Deliveries()) {
		switch {
		case thread != "" && d.Event.EventHeader().ThreadID != thread:
			continue
		case v.Total < shownDeliveries:
			v.Deliveries = append(v.Deliveries, p.viewDelivery(d, names))
		}
		v.Total++
	}
	return v
}

// viewDelivery shows a delivery. The names are those of the subscriptions that are there.
func (p *page) viewDelivery(d chattest.Delivery, names map[string]bool) deliveryView {
	now := p.service.Now()
	v := deliveryView{
		ID: d.ID, Type: events.EventType{Name: d.Type}.ShortName(), Status: string(d.Status), Attempts: d.Attempts, Outcome: p.safe(d.Outcome),
		Good: d.Status == chattest.DeliveryDelivered, Repeatable: d.Status != chattest.DeliveryRunning && names[d.Subscription],
		At: momentOf(d.Event.EventHeader().Time, now, "15:04:05.000"),
	}
	if len(names) > 1 || !names[d.Subscription] {
		v.Subscription = p.safe(d.Subscription)
	}
	if d.Attempts > 0 && !d.Next.IsZero() {
		v.Next = momentOf(d.Next, now, "15:04:05").Text
	}
	return v
}

// redeliver sends the event of a delivery again. It ignores one that is gone or in progress.
func (p *page) redeliver(w http.ResponseWriter, r *http.Request) {
	_ = p.service.Redeliver(r.PostFormValue("id"))
	p.done(w, r)
}

// validateWebhook begins the handshake of a subscription again.
func (p *page) validateWebhook(w http.ResponseWriter, r *http.Request) {
	for _, e := range p.service.Subscriptions() {
		if e.Name() == r.PostFormValue("name") {
			e.Validate()
		}
	}
	p.done(w, r)
}
