package events_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing/synctest"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat/events"
)

var _ = Describe("A handler with a queue", func() {
	var (
		got  received
		logs bytes.Buffer
	)
	handler := func(size, workers int) *events.Handler {
		return events.NewHandler(got.callback, &events.HandlerOptions{QueueSize: size, QueueWorkers: workers, Logger: slog.New(slog.NewTextHandler(&logs, nil))})
	}
	post := func(h http.Handler, ids ...string) int {
		var list []events.Event
		for _, id := range ids {
			list = append(list, message(id, id))
		}
		return serve(h, delivery(events.SchemaEventGrid, list...)).Code
	}
	ids := func() (list []string) {
		for _, event := range got.events() {
			list = append(list, event.EventHeader().ID)
		}
		return list
	}
	slowly := func(context.Context, events.Event) error {
		time.Sleep(10 * time.Second)
		return nil
	}
	BeforeEach(func() {
		got = received{answer: slowly}
		logs.Reset()
	})

	It("answers before the callback, which gets the events in their order", func() {
		bubble(func() {
			h, start := handler(10, 0), time.Now()
			Expect(post(h, "1", "2")).To(Equal(http.StatusOK))
			Expect(post(h, "3")).To(Equal(http.StatusOK))
			Expect(time.Since(start)).To(BeZero())
			Expect(h.Shutdown(context.Background())).To(Succeed())
			Expect(time.Since(start)).To(Equal(30 * time.Second))
			Expect(ids()).To(Equal([]string{"1", "2", "3"}))
		})
	})

	It("may have several workers", func() {
		bubble(func() {
			h, start := handler(10, 3), time.Now()
			Expect(post(h, "1", "2", "3", "4")).To(Equal(http.StatusOK))
			Expect(h.Shutdown(context.Background())).To(Succeed())
			Expect(time.Since(start)).To(Equal(20 * time.Second))
			Expect(ids()).To(ConsistOf("1", "2", "3", "4"))
		})
	})

	It("answers 503 if the events do not fit, and takes only the others when they are delivered again", func() {
		bubble(func() {
			h := handler(2, 0)
			Expect(post(h, "1")).To(Equal(http.StatusOK))
			synctest.Wait() // the callback has it
			Expect(post(h, "2", "3", "4")).To(Equal(http.StatusServiceUnavailable))
			Expect(logs.String()).To(ContainSubstring("the queue is full"))
			time.Sleep(time.Minute)
			Expect(post(h, "2", "3", "4")).To(Equal(http.StatusOK))
			Expect(h.Shutdown(context.Background())).To(Succeed())
			Expect(ids()).To(Equal([]string{"1", "2", "3", "4"}))
		})
	})

	It("takes an event once, while it waits and after it was handled", func() {
		bubble(func() {
			h := handler(2, 0)
			for range 5 {
				Expect(post(h, "1", "2")).To(Equal(http.StatusOK))
			}
			time.Sleep(time.Minute)
			Expect(post(h, "1", "2")).To(Equal(http.StatusOK))
			Expect(h.Shutdown(context.Background())).To(Succeed())
			Expect(ids()).To(Equal([]string{"1", "2"}))
		})
	})

	It("logs errors and panics, and goes on", func() {
		bubble(func() {
			got.answer = func(_ context.Context, e events.Event) error {
				if e.EventHeader().ID == "1" {
					panic("oh")
				}
				return errors.New("down")
			}
			h := handler(2, 0)
			Expect(post(h, "1", "2")).To(Equal(http.StatusOK))
			Expect(h.Shutdown(context.Background())).To(Succeed())
			Expect(logs.String()).To(And(ContainSubstring("panic=oh"), ContainSubstring("error=down")))
		})
	})

	It("survives a store that panics after the answer", func() {
		bubble(func() {
			got.answer = nil
			store := &panickingStore{}
			h := events.NewHandler(func(ctx context.Context, e events.Event) error {
				time.Sleep(time.Second)
				store.broken.Store(true) // for the event that waits
				return got.callback(ctx, e)
			}, &events.HandlerOptions{QueueSize: 2, Seen: store, Logger: slog.New(slog.NewTextHandler(&logs, nil))})
			Expect(post(h, "1", "2")).To(Equal(http.StatusOK))
			Expect(h.Shutdown(context.Background())).To(Succeed())
			Expect(logs.String()).To(And(ContainSubstring("event_id=2"), ContainSubstring(`panic="no connection"`)))
			Expect(ids()).To(Equal([]string{"1"}))
		})
	})

	It("ends the context of each callback after the timeout", func() {
		bubble(func() {
			got.answer = func(ctx context.Context, _ events.Event) error {
				<-ctx.Done()
				return ctx.Err()
			}
			h, start := handler(5, 0), time.Now()
			Expect(post(h, "1", "2")).To(Equal(http.StatusOK))
			Expect(h.Shutdown(context.Background())).To(Succeed())
			Expect(time.Since(start)).To(Equal(50 * time.Second))
		})
	})

	It("refuses events after Shutdown, which waits no longer than its context", func() {
		bubble(func() {
			h := handler(5, 0)
			Expect(post(h, "1")).To(Equal(http.StatusOK))
			ctx, cancel := context.WithTimeout(context.Background(), time.Second)
			defer cancel()
			Expect(h.Shutdown(ctx)).To(MatchError(context.DeadlineExceeded))
			Expect(post(h, "2")).To(Equal(http.StatusServiceUnavailable))
			Expect(h.Shutdown(context.Background())).To(Succeed())
			Expect(h.Shutdown(context.Background())).To(Succeed())
			Expect(ids()).To(Equal([]string{"1"}))
		})
	})

	It("handles every event once under load", func() {
		got.answer = nil
		h := handler(1000, 4)
		for i := range 200 {
			Expect(post(h, fmt.Sprint(i), fmt.Sprint(i+1), fmt.Sprint(i))).To(Equal(http.StatusOK))
		}
		Expect(h.Shutdown(context.Background())).To(Succeed())
		Expect(ids()).To(HaveLen(201))
	})
})

var _ = Describe("A handler without a queue", func() {
	It("refuses events and handshakes after Shutdown", func(ctx SpecContext) {
		var got received
		h := events.NewHandler(got.callback, nil)
		Expect(h.Shutdown(ctx)).To(Succeed())
		Expect(serve(h, delivery(events.SchemaEventGrid, message("1", "1"))).Code).To(Equal(http.StatusServiceUnavailable))
		Expect(got.events()).To(BeEmpty())
		Expect(serve(h, validation("1")).Code).To(Equal(http.StatusServiceUnavailable))
		options := httptest.NewRequest(http.MethodOptions, "/", nil)
		options.Header.Set("WebHook-Request-Origin", "eventgrid.azure.net")
		answer := serve(h, options)
		Expect(answer.Code).To(Equal(http.StatusServiceUnavailable))
		Expect(answer.Header()).NotTo(HaveKey("Webhook-Allowed-Origin"))
	})
})
