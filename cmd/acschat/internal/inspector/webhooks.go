package inspector

import (
	"net/http"
	"slices"
	"strings"

	"github.com/acschat/acs-chat-go/chat/chattest"
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
	Running      bool
	Attempts     int
	At           moment // of the event
	Next         string // when it is due, "" unless it waits
	Outcome      string
}

// viewWebhooks lists the subscriptions, and the latest deliveries about the chosen thread.
func (p *page) viewWebhooks(g selection) webhooksView {
	v := webhooksView{CSRF: p.csrf, Query: g.Query()}
	for _, e := range p.service.Subscriptions() {
		s := subscriptionView{
			Name: p.safe(e.Name()), URL: p.safe(e.URL()), State: string(e.State()),
			Failed: e.State() == chattest.SubscriptionFailed, Active: e.State() == chattest.SubscriptionActive,
		}
		if !s.Active {
			s.Outcome = p.safe(e.Outcome())
		}
		v.Subscriptions = append(v.Subscriptions, s)
	}
	if len(v.Subscriptions) == 0 {
		return v
	}
	thread := g.get(chosenThread)
	for _, d := range slices.Backward(p.service.Deliveries()) {
		switch {
		case thread != "" && d.Event.EventHeader().ThreadID != thread:
			continue
		case v.Total < shownDeliveries:
			v.Deliveries = append(v.Deliveries, p.viewDelivery(d, len(v.Subscriptions) > 1))
		}
		v.Total++
	}
	return v
}

func (p *page) viewDelivery(d chattest.Delivery, named bool) deliveryView {
	now := p.service.Now()
	v := deliveryView{
		ID: d.ID, Type: strings.TrimPrefix(d.Type, "Microsoft.Communication."), Status: string(d.Status), Attempts: d.Attempts, Outcome: p.safe(d.Outcome),
		Good: d.Status == chattest.DeliveryDelivered, Running: d.Status == chattest.DeliveryRunning,
		At: momentOf(d.Event.EventHeader().Time, now, "15:04:05.000"),
	}
	if named {
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
