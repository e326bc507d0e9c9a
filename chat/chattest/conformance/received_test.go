//go:build conformance

package conformance_test

import (
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat/events"
	"github.com/acschat/acs-chat-go/chat/identity"
	"github.com/acschat/acs-chat-go/chat/realtime"
)

// runSteps runs the steps in one thread and returns what each user must have received.
func (s *session) runSteps() map[string][]events.Event {
	GinkgoHelper()
	type call struct {
		before, after time.Time
		messageID     string
	}
	var calls []call
	var threadID, messageID string
	for _, step := range steps() {
		before := time.Now()
		made := s.act(step.by, step.call)
		if threadID == "" {
			threadID = made
		} else if made != "" {
			messageID = made
		}
		calls = append(calls, call{before, time.Now(), messageID})
	}
	s.settle()

	// The times of most events are in no response: they are taken from what Ann has received, who receives everything.
	got := s.people["ann"].receivedByOurs()
	Expect(kinds(got)).To(HaveLen(len(calls)))
	expected := map[string][]events.Event{}
	for i, step := range steps() {
		h := got[i].EventHeader()
		Expect(h.Time).To(And(BeTemporally(">", calls[i].before.Add(-time.Second)), BeTemporally("<=", calls[i].after)), step.call)
		Expect(h.Version).To(Equal(strconv.FormatInt(h.Time.UnixMilli(), 10)), step.call)
		known := outside{
			Header:  events.Header{ThreadID: threadID, Time: h.Time, Version: h.Version},
			created: got[0].EventHeader().Time.Truncate(time.Second), messageID: calls[i].messageID,
			ann: s.people["ann"].user, bob: s.people["bob"].user, cy: s.people["cy"].user,
		}
		for _, name := range step.receivedBy {
			known.Recipient = s.people[name].user
			expected[name] = append(expected[name], step.event(known))
		}
	}
	return expected
}

// expectReceived compares what both clients of a user have received with what they must have received.
func expectReceived(p *person, expected []events.Event) {
	GinkgoHelper()
	got, official := p.receivedByOurs(), p.official().Received
	officialKinds := make([]events.Kind, len(official))
	for i, r := range official {
		officialKinds[i] = r.Kind
	}
	Expect(kinds(got)).To(Equal(kinds(expected)), "our client of %s", p.name)
	Expect(officialKinds).To(Equal(kinds(expected)), "the official client of %s", p.name)
	for i, event := range expected {
		Expect(got[i]).To(Equal(event), "our client of %s", p.name)
		Expect(official[i].Event).To(MatchJSON(inJavaScript(event)), "the official client of %s: %s", p.name, event.Kind())
	}
}

func kinds(list []events.Event) []events.Kind {
	kinds := make([]events.Kind, len(list))
	for i, event := range list {
		kinds[i] = event.Kind()
	}
	return kinds
}

// The clients of a user.
const (
	theirs = "the official client"
	ours   = "our client"
)

// messages are the ids of the messages that each client of a user has received.
func (p *person) messages() map[string][]string {
	GinkgoHelper()
	ids := map[string][]string{theirs: {}, ours: {}}
	for _, h := range p.official().Received {
		if h.Kind == events.KindMessageReceived {
			ids[theirs] = append(ids[theirs], h.ID)
		}
	}
	for _, event := range p.receivedByOurs() {
		if e, ok := event.(events.MessageReceived); ok {
			ids[ours] = append(ids[ours], e.Message.ID)
		}
	}
	return ids
}

// connections are those of the users of the session.
func (s *session) connections() []connection {
	GinkgoHelper()
	return slices.DeleteFunc(s.emulator.connections(s.ctx), func(c connection) bool {
		for _, p := range s.people {
			if p.user.ID == c.User {
				return false
			}
		}
		return true
	})
}

// cut drops the sockets of a user, and returns a function that waits until both clients are back.
func (p *person) cut() (back func()) {
	GinkgoHelper()
	back = p.reconnection()
	p.session.emulator.drop(p.session.ctx, p)
	return back
}

// reconnection returns a function that waits until both clients of a user have lost their connections since now, and are back.
func (p *person) reconnection() (wait func()) {
	GinkgoHelper()
	gaps := func() (n int) {
		for _, event := range p.receivedByOurs() {
			if event.Kind() == events.KindGap {
				n++
			}
		}
		return n
	}
	before, gapsBefore := p.official(), gaps()
	return func() {
		GinkgoHelper()
		Eventually(p.session.ctx, func(g Gomega) {
			now := p.official()
			g.Expect(now.Lost).To(BeNumerically(">", before.Lost), theirs)
			g.Expect(now.Connected).To(BeNumerically(">", before.Connected), theirs)
			g.Expect(gaps()).To(BeNumerically(">", gapsBefore), ours)
			g.Expect(p.listener.State()).To(Equal(realtime.StateListening), ours)
		}).Should(Succeed())
	}
}

// holdToken lets the page have the token that a user has now once more, and then a new one each time that it asks. It returns a function
// that says how often it has asked.
func (p *person) holdToken() (asked func() int32) {
	GinkgoHelper()
	s, scopes := p.session, []identity.Scope{identity.ScopeChat}
	held, err := s.identities.GetToken(s.ctx, p.user, scopes, nil)
	Expect(err).NotTo(HaveOccurred())
	var count atomic.Int32
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens[p.name] = func() (string, error) {
		if count.Add(1) == 1 {
			return held.Token, nil
		}
		fresh, err := s.identities.GetToken(s.ctx, p.user, scopes, nil)
		return fresh.Token, err
	}
	return count.Load
}
