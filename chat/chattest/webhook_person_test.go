package chattest_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat/chattest"
)

// hook is a webhook that consents to the handshakes and records what it receives.
type hook struct {
	answer func(delivery) int // the status of an answer; nil means 200

	mu         sync.Mutex // guards the fields below
	handshakes []http.Header
	deliveries []delivery
}

// delivery is a request with events.
type delivery struct {
	number int // from 1
	target string
	header http.Header
	body   string
	events []gridEvent
}

// gridEvent is an event in either schema.
type gridEvent struct {
	ID, Subject, Topic, Source, Type, EventType string
	Data                                        map[string]any
}

func (e gridEvent) name() string {
	return strings.TrimPrefix(e.EventType+e.Type, "Microsoft.Communication.")
}

func (h *hook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	defer GinkgoRecover()
	body, err := io.ReadAll(r.Body)
	Expect(err).NotTo(HaveOccurred())
	if r.Method == http.MethodOptions {
		h.note(func() { h.handshakes = append(h.handshakes, r.Header) })
		w.Header().Set("WebHook-Allowed-Origin", r.Header.Get("WebHook-Request-Origin"))
		w.Header().Set("WebHook-Allowed-Rate", "*")
		return
	}
	if r.Header.Get("Aeg-Event-Type") == "SubscriptionValidation" {
		h.note(func() { h.handshakes = append(h.handshakes, r.Header) })
		Expect(w.Write([]byte(`{"validationResponse":"` + validationCode(body) + `"}`))).Error().NotTo(HaveOccurred())
		return
	}
	d := delivery{target: r.RequestURI, header: r.Header, body: string(body)}
	if body[0] == '[' {
		Expect(json.Unmarshal(body, &d.events)).To(Succeed())
	} else {
		d.events = make([]gridEvent, 1)
		Expect(json.Unmarshal(body, &d.events[0])).To(Succeed())
	}
	h.note(func() {
		d.number = len(h.deliveries) + 1
		h.deliveries = append(h.deliveries, d)
	})
	if h.answer != nil {
		w.WriteHeader(h.answer(d))
	}
}

func validationCode(body []byte) string {
	var list []struct {
		Data struct{ ValidationCode string }
	}
	Expect(json.Unmarshal(body, &list)).To(Succeed())
	return list[0].Data.ValidationCode
}

func (h *hook) note(f func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	f()
}

// received lists the requests with events.
func (h *hook) received() (list []delivery) {
	h.note(func() { list = append(list, h.deliveries...) })
	return list
}

// shaken is how many handshakes there were.
func (h *hook) shaken() (n int) {
	h.note(func() { n = len(h.handshakes) })
	return n
}

// names lists the types of the events in the order in which they arrived.
func (h *hook) names() (names []string) {
	for _, d := range h.received() {
		for _, e := range d.events {
			names = append(names, e.name())
		}
	}
	return names
}

// texts lists the texts of the messages in the order in which they arrived.
func (h *hook) texts() (texts []any) {
	for _, d := range h.received() {
		for _, e := range d.events {
			texts = append(texts, e.Data["messageBody"])
		}
	}
	return texts
}

// settle waits for the deliveries that are due.
func settle(s *chattest.Service) {
	GinkgoHelper()
	Expect(s.WaitForDeliveries(context.Background())).To(Succeed())
}

// statuses lists the statuses of the deliveries.
func statuses(s *chattest.Service) (list []chattest.DeliveryStatus) {
	for _, d := range s.Deliveries() {
		list = append(list, d.Status)
	}
	return list
}
