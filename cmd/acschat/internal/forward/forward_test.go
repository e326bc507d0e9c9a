package forward_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/events"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/forward"
)

// program is a program with a webhook of CloudEvents that is reached without a socket.
type program struct {
	isUp   atomic.Bool
	status atomic.Int64

	mu   sync.Mutex // guards list
	list []events.Event
}

// handled lists the events of all requests.
func (p *program) handled() []events.Event {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.list)
}

func (p *program) RoundTrip(r *http.Request) (*http.Response, error) {
	if !p.isUp.Load() {
		return nil, errors.New("connection refused")
	}
	w := httptest.NewRecorder()
	if r.Method == http.MethodOptions {
		w.Header().Set("WebHook-Allowed-Origin", "*")
		w.Header().Set("WebHook-Allowed-Rate", "*")
		return w.Result(), nil
	}
	list, err := events.ParseRequest(r)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	p.list = append(p.list, list...)
	p.mu.Unlock()
	w.WriteHeader(int(p.status.Load()))
	return w.Result(), nil
}

// roundTripper is a transport.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// record keeps what a callback was called with.
type record[T any] struct {
	mu    sync.Mutex // guards items
	items []T
}

func (r *record[T]) add(item T) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.items = append(r.items, item)
}

// all waits for the other goroutines of the bubble.
func (r *record[T]) all() []T {
	synctest.Wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.items)
}

var _ = Describe("A forwarder", func() {
	// forwarding runs f in virtual time with a program that is not up yet, and a forwarder to it.
	forwarding := func(f func(p *program, fwd *forward.Forwarder, outcomes func() []error, attempts func() []forward.Attempt)) {
		GinkgoHelper()
		synctest.Test(suiteT, func(*testing.T) {
			defer GinkgoRecover()
			p := &program{}
			p.status.Store(http.StatusNoContent)
			webhook, err := chattest.NewWebhook("https://program.example/events", &chattest.WebhookOptions{Schema: events.SchemaCloudEvents, Transport: p})
			Expect(err).NotTo(HaveOccurred())
			outcomes, attempts := &record[error]{}, &record[forward.Attempt]{}
			fwd := forward.New(webhook, outcomes.add, attempts.add)
			ctx, cancel := context.WithCancel(context.Background())
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				fwd.Run(ctx)
			}()
			f(p, fwd, outcomes.all, attempts.all)
			cancel()
			<-ended
		})
	}
	message := func(id string) events.Event {
		sender := chat.CommunicationUser{ID: "8:acs:a_b"}
		return events.MessageReceived{
			Header:  events.Header{ThreadID: "19:x@thread.v2", Time: time.Now(), Version: id, Recipient: sender},
			Message: chat.Message{ID: id, Type: chat.MessageTypeText, Version: id, Sender: sender, Content: chat.MessageContent{Message: id}},
		}
	}
	texts := func(p *program) (texts []string) {
		for _, e := range p.handled() {
			texts = append(texts, e.(events.MessageReceived).Message.Content.Message)
		}
		return texts
	}

	It("waits for a program that is not up yet, and then delivers what has happened, in order", func() {
		forwarding(func(p *program, fwd *forward.Forwarder, outcomes func() []error, attempts func() []forward.Attempt) {
			for _, id := range []string{"1", "2", "3"} {
				Expect(fwd.Add(message(id))).To(Succeed())
			}
			time.Sleep(14 * time.Second)
			Expect(outcomes()).To(HaveExactElements(MatchError("connection refused"), MatchError("connection refused"), MatchError("connection refused")))
			Expect(attempts()).To(BeEmpty())
			p.isUp.Store(true)
			time.Sleep(time.Second)
			Expect(outcomes()[3]).NotTo(HaveOccurred())
			Expect(attempts()).To(HaveLen(3))
			Expect(texts(p)).To(Equal([]string{"1", "2", "3"}))
			Expect(p.handled()).To(HaveEach(And(HaveField("Header.Level", events.LevelThread), HaveField("Header.Recipient", BeNil()), HaveField("Header.ID", HaveLen(36)))))
		})
	})

	It("delivers an event again on the schedule of Event Grid, with the same id, and the others meanwhile", func() {
		forwarding(func(p *program, fwd *forward.Forwarder, outcomes func() []error, attempts func() []forward.Attempt) {
			p.isUp.Store(true)
			time.Sleep(5 * time.Second)
			p.status.Store(http.StatusInternalServerError)
			Expect(fwd.Add(message("1"))).To(Succeed())
			Expect(attempts()).To(HaveExactElements(And(HaveField("Status", 500), HaveField("Number", 1), HaveField("RetryIn", 10*time.Second))))
			p.status.Store(http.StatusAccepted)
			Expect(fwd.Add(message("2"))).To(Succeed())
			Expect(attempts()).To(HaveLen(2))
			time.Sleep(10*time.Second - time.Nanosecond)
			Expect(attempts()).To(HaveLen(2))
			time.Sleep(time.Nanosecond)
			Expect(attempts()[2]).To(And(HaveField("Status", 202), HaveField("Number", 2), HaveField("Err", Succeed())))
			Expect(texts(p)).To(Equal([]string{"1", "2", "1"}))
			Expect(p.handled()[2]).To(Equal(p.handled()[0]))
			time.Sleep(24 * time.Hour)
			Expect(attempts()).To(HaveLen(3))
		})
	})

	It("counts the events that wait, and those that are given up because too many wait", func() {
		forwarding(func(p *program, fwd *forward.Forwarder, outcomes func() []error, attempts func() []forward.Attempt) {
			for i := range forward.MaxWaiting + 5 {
				Expect(fwd.Add(message(fmt.Sprint(i)))).To(Succeed())
			}
			waiting, dropped := fwd.Undelivered()
			Expect([]int{waiting, dropped}).To(Equal([]int{forward.MaxWaiting, 5}))
			p.isUp.Store(true)
			time.Sleep(5 * time.Second)
			Expect(attempts()).To(HaveLen(forward.MaxWaiting))
			Expect(texts(p)[0]).To(Equal("5"))
			waiting, dropped = fwd.Undelivered()
			Expect([]int{waiting, dropped}).To(Equal([]int{0, 5}))
		})
	})

	It("counts an event whose attempt was aborted", func() {
		synctest.Test(suiteT, func(*testing.T) {
			defer GinkgoRecover()
			ctx, cancel := context.WithCancel(context.Background())
			webhook, err := chattest.NewWebhook("https://program.example/", &chattest.WebhookOptions{Schema: events.SchemaCloudEvents, Transport: roundTripper(
				func(r *http.Request) (*http.Response, error) {
					if r.Method == http.MethodPost {
						<-r.Context().Done()
					}
					w := httptest.NewRecorder()
					w.Header().Set("WebHook-Allowed-Origin", "*")
					w.Header().Set("WebHook-Allowed-Rate", "*")
					return w.Result(), r.Context().Err()
				})})
			Expect(err).NotTo(HaveOccurred())
			fwd := forward.New(webhook, func(error) {}, func(forward.Attempt) {})
			Expect(fwd.Add(message("1"))).To(Succeed())
			time.AfterFunc(time.Second, cancel)
			fwd.Run(ctx)
			waiting, _ := fwd.Undelivered()
			Expect(waiting).To(Equal(1))
		})
	})

	It("gives up after a status that Event Grid does not retry, and after a day", func() {
		forwarding(func(p *program, fwd *forward.Forwarder, outcomes func() []error, attempts func() []forward.Attempt) {
			p.isUp.Store(true)
			time.Sleep(5 * time.Second)
			p.status.Store(http.StatusBadRequest)
			Expect(fwd.Add(message("1"))).To(Succeed())
			Expect(attempts()).To(HaveExactElements(And(HaveField("Status", 400), HaveField("RetryIn", BeZero()))))
			p.status.Store(http.StatusServiceUnavailable)
			Expect(fwd.Add(message("2"))).To(Succeed())
			time.Sleep(48 * time.Hour)
			list := attempts()
			Expect(len(list)).To(BeNumerically("~", 29, 2))
			Expect(list[len(list)-1]).To(HaveField("RetryIn", BeZero()))
		})
	})

	It("delivers one event for each participant, and nothing that Event Grid has no type for", func() {
		forwarding(func(p *program, fwd *forward.Forwarder, outcomes func() []error, attempts func() []forward.Attempt) {
			p.isUp.Store(true)
			time.Sleep(5 * time.Second)
			ana, bo := chat.CommunicationUser{ID: "8:acs:a_b"}, chat.CommunicationUser{ID: "8:acs:a_c"}
			header := events.Header{ThreadID: "19:x@thread.v2", Time: time.Now(), Version: "1"}
			Expect(fwd.Add(events.ParticipantsAdded{Header: header, AddedBy: chat.Participant{Identifier: ana}, Participants: []chat.Participant{{Identifier: ana}, {Identifier: bo}}})).To(Succeed())
			Expect(attempts()).To(HaveLen(2))
			Expect(fwd.Add(events.ReadReceiptReceived{Header: header})).To(MatchError(forward.ErrNoType))
			Expect(fwd.Add(events.Unknown{Header: header})).To(MatchError(forward.ErrNoType))
			Expect(attempts()).To(HaveLen(2))
		})
	})

	It("refuses an event that can't be formatted, and does not try it", func() {
		forwarding(func(p *program, fwd *forward.Forwarder, _ func() []error, attempts func() []forward.Attempt) {
			p.isUp.Store(true)
			time.Sleep(5 * time.Second)
			e := message("1").(events.MessageReceived)
			e.Time = time.Time{}
			Expect(fwd.Add(e)).To(MatchError(ContainSubstring("the header has no Time")))
			nameless := events.ParticipantsAdded{Header: message("1").EventHeader(), Participants: make([]chat.Participant, 2)}
			Expect(fwd.Add(nameless)).To(MatchError(ContainSubstring("with an identifier")))
			time.Sleep(time.Hour)
			Expect(attempts()).To(BeEmpty())
		})
	})
})
