package events_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing/synctest"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/events"
)

// received is a callback that records events, and returns what answer does.
type received struct {
	mu     sync.Mutex // guards list
	list   []events.Event
	answer func(context.Context, events.Event) error // nil: success
}

func (r *received) callback(ctx context.Context, event events.Event) error {
	r.mu.Lock()
	r.list = append(r.list, event)
	r.mu.Unlock()
	if r.answer == nil {
		return nil
	}
	return r.answer(ctx, event)
}

func (r *received) events() []events.Event {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]events.Event(nil), r.list...)
}

// delivery is a POST request of Event Grid.
func delivery(schema events.Schema, list ...events.Event) *http.Request {
	GinkgoHelper()
	r := httptest.NewRequest(http.MethodPost, "/events?secret=s3cret", strings.NewReader(formatted(schema, list...)))
	r.Header.Set("Content-Type", schema.ContentType(len(list)))
	return r
}

// validation is the handshake of the schema of Event Grid.
func validation(code string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/?secret=s3cret", strings.NewReader(`[{"id":"2","topic":"t","subject":"","eventType":"Microsoft.EventGrid.SubscriptionValidationEvent",`+
		`"data":{"validationCode":`+strconv.Quote(code)+`,"validationUrl":"https://example.com:553/x"},"eventTime":"2026-11-03T09:20:02Z","metadataVersion":"1","dataVersion":"2"}]`))
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	r.Header.Set("Aeg-Event-Type", "SubscriptionValidation")
	return r
}

// serve returns the answer of a handler.
func serve(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// message is an event on the level of the thread, with an ID and the id of a message of Ana.
func message(id, messageID string) events.Event {
	e := published()["ChatMessageReceivedInThread"].(events.MessageReceived)
	e.ID, e.Message.ID, e.Version, e.Message.Version = id, messageID, messageID, messageID
	return e
}

var _ = Describe("A handler", func() {
	var (
		got  received
		logs bytes.Buffer
	)
	options := func() *events.HandlerOptions {
		return &events.HandlerOptions{Logger: slog.New(slog.NewTextHandler(&logs, nil))}
	}
	BeforeEach(func() {
		got = received{}
		logs.Reset()
	})

	DescribeTable("passes the events of a delivery in their order, and answers 200",
		func(schema events.Schema) {
			h := events.NewHandler(got.callback, options())
			answer := serve(h, delivery(schema, allPublished()...))
			Expect(answer.Code).To(Equal(http.StatusOK))
			Expect(answer.Header().Get("Content-Length")).To(Equal("0"))
			Expect(got.events()).To(Equal(allPublished()))
		},
		Entry("in the schema of Event Grid", events.SchemaEventGrid),
		Entry("in that of CloudEvents", events.SchemaCloudEvents),
	)

	It("passes CloudEvents of the binary mode", func() {
		event := published()["ChatMessageReceived"]
		r := request("{"+dataJSON["ChatMessageReceived"]+"}", binary(event))
		Expect(serve(events.NewHandler(got.callback, options()), r).Code).To(Equal(http.StatusOK))
		Expect(got.events()).To(Equal([]events.Event{event}))
	})

	It("passes unknown events", func() {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(`[{"id":"1","eventType":"Microsoft.EventGrid.SubscriptionDeletedEvent","data":{}},7]`))
		r.Header.Set("Content-Type", "application/json")
		Expect(serve(events.NewHandler(got.callback, nil), r).Code).To(Equal(http.StatusOK))
		Expect(got.events()).To(HaveExactElements(HaveField("Type", "Microsoft.EventGrid.SubscriptionDeletedEvent"), HaveField("Type", "")))
	})

	Describe("answers the handshake", func() {
		It("of Event Grid's schema, with the code, 200 and a length", func() {
			answer := serve(events.NewHandler(got.callback, options()), validation(`512d38b6-"<`))
			Expect(answer.Code).To(Equal(http.StatusOK))
			Expect(answer.Body.String()).To(MatchJSON(`{"validationResponse":"512d38b6-\"<"}`))
			Expect(answer.Header().Get("Content-Length")).To(Equal(strconv.Itoa(answer.Body.Len())))
			Expect(answer.Header().Get("Content-Type")).To(HavePrefix("application/json"))
			Expect(got.events()).To(BeEmpty())
		})

		It("of Event Grid's schema only to a caller with the secret", func() {
			o := options()
			o.Secrets = []string{"other"}
			Expect(serve(events.NewHandler(got.callback, o), validation("x")).Code).To(Equal(http.StatusUnauthorized))
		})

		DescribeTable("of CloudEvents",
			func(o events.HandlerOptions, origin, rate, allowedOrigin, allowedRate string) {
				r := httptest.NewRequest(http.MethodOptions, "/", nil)
				r.Header.Set("WebHook-Request-Origin", origin)
				r.Header.Set("WebHook-Request-Rate", rate)
				answer := serve(events.NewHandler(got.callback, &o), r)
				Expect(answer.Code).To(Equal(http.StatusOK))
				Expect(answer.Header().Get("Allow")).To(ContainSubstring("POST"))
				Expect(answer.Header().Get("WebHook-Allowed-Origin")).To(Equal(allowedOrigin))
				Expect(answer.Header().Get("WebHook-Allowed-Rate")).To(Equal(allowedRate))
			},
			Entry("of any origin", events.HandlerOptions{}, "eventgrid.azure.net", "120", "eventgrid.azure.net", "120"),
			Entry("without a rate", events.HandlerOptions{}, "eventgrid.azure.net", "", "eventgrid.azure.net", "*"),
			Entry("with a malformed rate", events.HandlerOptions{}, "eventgrid.azure.net", "-1", "eventgrid.azure.net", "*"),
			Entry("with a limit", events.HandlerOptions{AllowedRate: 60}, "eventgrid.azure.net", "120", "eventgrid.azure.net", "60"),
			Entry("of an allowed origin", events.HandlerOptions{AllowedOrigins: []string{"EventGrid.azure.net"}}, "eventgrid.azure.net", "1", "eventgrid.azure.net", "1"),
			Entry("of every origin", events.HandlerOptions{AllowedOrigins: []string{"*"}}, "x.example", "1", "x.example", "1"),
			Entry("of another origin, without consent", events.HandlerOptions{AllowedOrigins: []string{"eventgrid.azure.net"}}, "x.example", "1", "", ""),
			Entry("of no origin, without consent", events.HandlerOptions{}, "", "1", "", ""),
			Entry("without a token", events.HandlerOptions{VerifyToken: func(context.Context, string) error { return errors.New("no") }}, "o", "1", "o", "1"),
		)
	})

	DescribeTable("accepts a secret",
		func(secrets []string, url string, status int) {
			o := options()
			o.Secrets = secrets
			r := delivery(events.SchemaEventGrid, message("1", "1"))
			r.URL.RawQuery = url
			answer := serve(events.NewHandler(got.callback, o), r)
			Expect(answer.Code).To(Equal(status))
			Expect(got.events()).To(HaveLen(map[int]int{http.StatusOK: 1}[status]))
			Expect(logs.String() + answer.Body.String()).NotTo(ContainSubstring("s3cret"))
		},
		Entry("that is right", []string{"s3cret"}, "secret=s3cret", http.StatusOK),
		Entry("that is one of several", []string{"s3cret-old", "s3cret"}, "a=b&secret=s3cret", http.StatusOK),
		Entry("that is escaped", []string{"s3cret+/="}, "secret=s3cret%2B%2F%3D", http.StatusOK),
		Entry("but not one that is wrong", []string{"s3cret"}, "secret=s3cre", http.StatusUnauthorized),
		Entry("but not one that is longer", []string{"s3cret"}, "secret=s3cret2", http.StatusUnauthorized),
		Entry("but not one that is missing", []string{"s3cret"}, "", http.StatusUnauthorized),
		Entry("but not an empty one", []string{""}, "secret=", http.StatusUnauthorized),
		Entry("but none of an empty list", []string{}, "secret=s3cret", http.StatusUnauthorized),
	)

	It("reads the secret from another parameter", func() {
		h := events.NewHandler(got.callback, &events.HandlerOptions{Secrets: []string{"s3cret"}, SecretParameter: "code"})
		r := delivery(events.SchemaEventGrid, message("1", "1"))
		r.URL.RawQuery = "code=s3cret"
		Expect(serve(h, r).Code).To(Equal(http.StatusOK))
	})

	DescribeTable("verifies bearer tokens",
		func(header string, status int) {
			o := options()
			o.VerifyToken = func(_ context.Context, token string) error {
				if token != "aaa.bbb.ccc" {
					return fmt.Errorf("%w: it is not signed: Bearer %s", events.ErrInvalidToken, token)
				}
				return nil
			}
			r := delivery(events.SchemaEventGrid, message("1", "1"))
			r.Header.Set("Authorization", header)
			answer := serve(events.NewHandler(got.callback, o), r)
			Expect(answer.Code).To(Equal(status))
			if status == http.StatusUnauthorized {
				Expect(answer.Header().Get("WWW-Authenticate")).To(Equal("Bearer"))
				Expect(answer.Body.String()).NotTo(ContainSubstring("signed"))
				Expect(logs.String()).To(And(ContainSubstring("event delivery refused"), Not(ContainSubstring("opaque"))))
			}
		},
		Entry("that are right", "Bearer aaa.bbb.ccc", http.StatusOK),
		Entry("in any letter case of the scheme", "bearer  aaa.bbb.ccc", http.StatusOK),
		Entry("that are wrong", "Bearer opaque-token-of-entra", http.StatusUnauthorized),
		Entry("that are missing", "", http.StatusUnauthorized),
		Entry("that are empty", "Bearer ", http.StatusUnauthorized),
		Entry("of another scheme", "Basic aaa.bbb.ccc", http.StatusUnauthorized),
	)

	It("answers 503 if it can't be known whether a token is valid, so that Event Grid delivers again", func() {
		keys := errors.New("load the signing keys: no route to host")
		o := options()
		o.VerifyToken = func(context.Context, string) error { return keys }
		h := events.NewHandler(got.callback, o)
		deliver := func() int {
			r := delivery(events.SchemaEventGrid, message("1", "1"))
			r.Header.Set("Authorization", "Bearer aaa.bbb.ccc")
			return serve(h, r).Code
		}
		Expect(deliver()).To(Equal(http.StatusServiceUnavailable))
		Expect(got.events()).To(BeEmpty())
		Expect(logs.String()).To(And(ContainSubstring("level=ERROR"), ContainSubstring("no route to host"), Not(ContainSubstring("aaa.bbb"))))
		keys = nil
		Expect(deliver()).To(Equal(http.StatusOK))
		Expect(got.events()).To(HaveLen(1))
	})

	It("answers 500 if the check of a token panics", func() {
		o := options()
		o.VerifyToken = func(context.Context, string) error { panic("no keys") }
		r := delivery(events.SchemaEventGrid, message("1", "1"))
		r.Header.Set("Authorization", "Bearer aaa.bbb.ccc")
		Expect(serve(events.NewHandler(got.callback, o), r).Code).To(Equal(http.StatusInternalServerError))
		Expect(logs.String()).To(ContainSubstring(`panic="no keys"`))
		Expect(got.events()).To(BeEmpty())
	})

	DescribeTable("refuses",
		func(change func(*http.Request), status int) {
			r := delivery(events.SchemaEventGrid, message("1", "1"))
			change(r)
			answer := serve(events.NewHandler(got.callback, options()), r)
			Expect(answer.Code).To(Equal(status))
			Expect(got.events()).To(BeEmpty())
		},
		Entry("GET", func(r *http.Request) { r.Method = http.MethodGet }, http.StatusMethodNotAllowed),
		Entry("PUT", func(r *http.Request) { r.Method = http.MethodPut }, http.StatusMethodNotAllowed),
		Entry("HEAD", func(r *http.Request) { r.Method = http.MethodHead }, http.StatusMethodNotAllowed),
		Entry("a form", func(r *http.Request) { r.Header.Set("Content-Type", "application/x-www-form-urlencoded") }, http.StatusUnsupportedMediaType),
		Entry("text", func(r *http.Request) { r.Header.Set("Content-Type", "text/json") }, http.StatusUnsupportedMediaType),
		Entry("no content type", func(r *http.Request) { r.Header.Del("Content-Type") }, http.StatusUnsupportedMediaType),
		Entry("a compressed body", func(r *http.Request) { r.Header.Set("Content-Encoding", "gzip") }, http.StatusUnsupportedMediaType),
		Entry("a body that says it is too large", func(r *http.Request) { r.ContentLength = 5 << 20 }, http.StatusRequestEntityTooLarge),
		Entry("a body that is too large", func(r *http.Request) {
			r.Body, r.ContentLength = http.NoBody, -1
			r.Body = readCloser{strings.NewReader(strings.Repeat(" ", 5<<20))}
		}, http.StatusRequestEntityTooLarge),
		Entry("a body that is no JSON", func(r *http.Request) { r.Body = readCloser{strings.NewReader("x")} }, http.StatusBadRequest),
		Entry("an empty body", func(r *http.Request) { r.Body = http.NoBody }, http.StatusBadRequest),
	)

	It("names the allowed methods", func() {
		answer := serve(events.NewHandler(got.callback, nil), httptest.NewRequest(http.MethodDelete, "/", nil))
		Expect(answer.Header().Get("Allow")).To(Equal("POST, OPTIONS"))
	})

	It("answers 503 after an error of the callback, and passes the rest of the batch when it is delivered again", func() {
		h := events.NewHandler(got.callback, options())
		fails := true
		got.answer = func(_ context.Context, e events.Event) error {
			if fails && e.EventHeader().ID == "2" {
				return errors.New("the database is down; token=xxx.yyy.zzz")
			}
			return nil
		}
		list := []events.Event{message("1", "1"), message("2", "2"), message("3", "3")}
		Expect(serve(h, delivery(events.SchemaEventGrid, list...)).Code).To(Equal(http.StatusServiceUnavailable))
		Expect(got.events()).To(Equal(list[:2]))
		Expect(logs.String()).To(And(ContainSubstring("event not handled"), ContainSubstring("event_id=2"), ContainSubstring("the database is down"),
			Not(ContainSubstring("xxx.yyy.zzz"))))

		fails = false
		Expect(serve(h, delivery(events.SchemaEventGrid, list...)).Code).To(Equal(http.StatusOK))
		Expect(got.events()[2:]).To(Equal(list[1:]))
	})

	It("ends the context of the callback after 25 seconds, and answers 503", func() {
		bubble(func() {
			start := time.Now()
			got.answer = func(ctx context.Context, _ events.Event) error {
				<-ctx.Done()
				return ctx.Err()
			}
			Expect(serve(events.NewHandler(got.callback, options()), delivery(events.SchemaEventGrid, message("1", "1"), message("2", "2"))).Code).To(Equal(http.StatusServiceUnavailable))
			Expect(time.Since(start)).To(Equal(25 * time.Second))
			Expect(got.events()).To(HaveLen(1))
			Expect(logs.String()).To(ContainSubstring("context deadline exceeded"))
		})
	})

	It("ends the context after another timeout, in which all events of a delivery have to be handled", func() {
		bubble(func() {
			o := options()
			o.Timeout = time.Minute
			got.answer = func(context.Context, events.Event) error {
				time.Sleep(40 * time.Second)
				return nil
			}
			h := events.NewHandler(got.callback, o)
			list := []events.Event{message("1", "1"), message("2", "2"), message("3", "3")}
			Expect(serve(h, delivery(events.SchemaEventGrid, list...)).Code).To(Equal(http.StatusServiceUnavailable))
			Expect(got.events()).To(Equal(list[:2]))
			Expect(serve(h, delivery(events.SchemaEventGrid, list...)).Code).To(Equal(http.StatusOK))
			Expect(got.events()).To(Equal(list))
		})
	})

	It("records an event whose callback succeeded although its context had ended", func() {
		bubble(func() {
			o := options()
			o.Seen = patientStore{events.NewMemorySeenStore(10)}
			got.answer = func(ctx context.Context, _ events.Event) error {
				<-ctx.Done()
				return nil
			}
			h := events.NewHandler(got.callback, o)
			for range 2 {
				Expect(serve(h, delivery(events.SchemaEventGrid, message("1", "1"))).Code).To(Equal(http.StatusOK))
			}
			Expect(got.events()).To(HaveLen(1))
		})
	})

	It("keeps the values of the request's context, and does not end with it", func() {
		type key struct{}
		ctx, cancel := context.WithCancel(context.WithValue(context.Background(), key{}, "v"))
		cancel()
		got.answer = func(ctx context.Context, _ events.Event) error {
			Expect(ctx.Value(key{})).To(Equal("v"))
			return ctx.Err()
		}
		Expect(serve(events.NewHandler(got.callback, nil), delivery(events.SchemaEventGrid, message("1", "1")).WithContext(ctx)).Code).To(Equal(http.StatusOK))
	})

	It("answers 500 after a panic, logs it, and passes the event when it is delivered again", func() {
		h := events.NewHandler(got.callback, options())
		got.answer = func(context.Context, events.Event) error { panic("no map for token=xxx.yyy.zzz") }
		Expect(serve(h, delivery(events.SchemaEventGrid, message("1", "1"))).Code).To(Equal(http.StatusInternalServerError))
		Expect(logs.String()).To(And(ContainSubstring("event handler panicked"), ContainSubstring("no map for"), ContainSubstring("handler_test.go"), Not(ContainSubstring("xxx.yyy"))))
		got.answer = nil
		Expect(serve(h, delivery(events.SchemaEventGrid, message("1", "1"))).Code).To(Equal(http.StatusOK))
		Expect(got.events()).To(HaveLen(2))
	})

	It("ignores what a user sends, and nothing else", func() {
		o := options()
		o.IgnoreSender = chat.CommunicationUser{ID: "8:acs:r_a"}
		Expect(serve(events.NewHandler(got.callback, o), delivery(events.SchemaEventGrid, allPublished()...)).Code).To(Equal(http.StatusOK))
		Expect(got.events()).To(HaveLen(19 - 8)) // 3 messages on two levels, typing and a command
		for _, event := range got.events() {
			Expect(event).NotTo(HaveField("Header.Subject", ContainSubstring("sender")))
		}
		o.IgnoreSender = bo
		got.list = nil
		Expect(serve(events.NewHandler(got.callback, o), delivery(events.SchemaEventGrid, allPublished()...)).Code).To(Equal(http.StatusOK))
		Expect(got.events()).To(HaveLen(19))
	})

	It("panics without a callback", func() {
		Expect(func() { events.NewHandler(nil, nil) }).To(PanicWith(ContainSubstring("callback is nil")))
	})

	Describe("skips an event", func() {
		It("that is delivered again", func() {
			h := events.NewHandler(got.callback, options())
			for range 3 {
				Expect(serve(h, delivery(events.SchemaEventGrid, allPublished()[0], message("x", "7"))).Code).To(Equal(http.StatusOK))
			}
			Expect(got.events()).To(HaveLen(2))
		})

		It("that has another ID and tells the same, in either schema", func() {
			h := events.NewHandler(got.callback, options())
			for i, event := range append(allPublished(), allPublished()...) {
				header := event.EventHeader()
				header.ID = fmt.Sprint("other", i)
				Expect(serve(h, delivery([]events.Schema{events.SchemaEventGrid, events.SchemaCloudEvents}[i%2], events.WithHeader(event, header))).Code).To(Equal(http.StatusOK))
			}
			Expect(got.events()).To(HaveLen(19 + 2)) // a user may type and disconnect more than once
		})

		DescribeTable("but not one that differs in",
			func(change func(*events.MessageReceived)) {
				h := events.NewHandler(got.callback, options())
				event := published()["ChatMessageReceived"].(events.MessageReceived)
				Expect(serve(h, delivery(events.SchemaEventGrid, event)).Code).To(Equal(http.StatusOK))
				event.ID = "other"
				change(&event)
				Expect(serve(h, delivery(events.SchemaEventGrid, event)).Code).To(Equal(http.StatusOK))
				Expect(got.events()).To(HaveLen(2))
			},
			Entry("the thread", func(e *events.MessageReceived) { e.ThreadID = "19:y@thread.v2" }),
			Entry("the message", func(e *events.MessageReceived) { e.Message.ID = "1" }),
			Entry("the version", func(e *events.MessageReceived) { e.Version = "1" }),
			Entry("the level", func(e *events.MessageReceived) { e.Level = events.LevelThread }),
			Entry("the recipient", func(e *events.MessageReceived) { e.Recipient = cy }),
		)

		DescribeTable("with the same ID, but not of another source or type",
			func(first, second string, passed int) {
				h := events.NewHandler(got.callback, options())
				for _, body := range []string{first, second} {
					r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
					r.Header.Set("Content-Type", "application/json")
					Expect(serve(h, r).Code).To(Equal(http.StatusOK))
				}
				Expect(got.events()).To(HaveLen(passed))
			},
			Entry("the same", `{"id":"1","topic":"/A/b","eventType":"X.y","data":1}`, `{"id":"1","topic":"/a/B","eventType":"x.Y","data":2}`, 1),
			Entry("the same in both schemas", `{"id":"1","topic":"/a","eventType":"x","data":1}`, `{"id":"1","source":"/a","type":"x","specversion":"1.0"}`, 1),
			Entry("another topic", `{"id":"1","topic":"/a","eventType":"x"}`, `{"id":"1","topic":"/b","eventType":"x"}`, 2),
			Entry("another source", `{"id":"1","source":"/a","type":"x"}`, `{"id":"1","source":"/b","type":"x"}`, 2),
			Entry("another type", `{"id":"1","topic":"/a","eventType":"x"}`, `{"id":"1","topic":"/a","eventType":"y"}`, 2),
		)

		It("but not one of another kind or participant, nor typing with another ID", func() {
			h := events.NewHandler(got.callback, options())
			added := published()["ChatThreadParticipantAdded"].(events.ParticipantsAdded)
			other := added
			other.ID, other.Participants = "o1", []chat.Participant{{Identifier: bo}}
			removed := published()["ChatThreadParticipantRemoved"].(events.ParticipantsRemoved)
			removed.ID = "o2"
			typing := published()["ChatTypingIndicatorReceivedInThread"].(events.TypingIndicatorReceived)
			typing.ID = "o3"
			typingToo := typing
			typingToo.ID = "o4"
			Expect(serve(h, delivery(events.SchemaEventGrid, added, other, removed, typing, typingToo)).Code).To(Equal(http.StatusOK))
			Expect(got.events()).To(HaveLen(5))
		})

		It("whose callback is running, and waits for it", func() {
			bubble(func() {
				got.answer = func(context.Context, events.Event) error {
					time.Sleep(10 * time.Second)
					return nil
				}
				h := events.NewHandler(got.callback, options())
				start := time.Now()
				var wg sync.WaitGroup
				for i := range 5 {
					wg.Go(func() {
						defer GinkgoRecover()
						r := delivery(events.SchemaEventGrid, message([]string{"1", "2"}[i%2], "7"))
						Expect(serve(h, r).Code).To(Equal(http.StatusOK))
						Expect(time.Since(start)).To(Equal(10 * time.Second))
					})
				}
				wg.Wait()
				Expect(got.events()).To(HaveLen(1))
			})
		})

		It("whose callback is running, and handles it itself if that fails", func() {
			bubble(func() {
				calls := 0
				got.answer = func(context.Context, events.Event) error {
					calls++
					if calls == 1 {
						time.Sleep(10 * time.Second)
						return errors.New("down")
					}
					return nil
				}
				h := events.NewHandler(got.callback, options())
				codes := make(chan int, 2)
				go func() { codes <- serve(h, delivery(events.SchemaEventGrid, message("1", "7"))).Code }()
				synctest.Wait()
				go func() { codes <- serve(h, delivery(events.SchemaEventGrid, message("1", "7"))).Code }()
				Expect([]int{<-codes, <-codes}).To(ConsistOf(http.StatusServiceUnavailable, http.StatusOK))
				Expect(calls).To(Equal(2))
			})
		})

		It("whose callback runs for too long, with 503", func() {
			bubble(func() {
				got.answer = func(context.Context, events.Event) error {
					time.Sleep(time.Hour)
					return nil
				}
				h := events.NewHandler(got.callback, options())
				codes := make(chan int, 2)
				go func() { codes <- serve(h, delivery(events.SchemaEventGrid, message("1", "7"))).Code }()
				synctest.Wait()
				start := time.Now()
				Expect(serve(h, delivery(events.SchemaEventGrid, message("1", "7"))).Code).To(Equal(http.StatusServiceUnavailable))
				Expect(time.Since(start)).To(Equal(25 * time.Second))
				Expect(<-codes).To(Equal(http.StatusOK))
				Expect(serve(h, delivery(events.SchemaEventGrid, message("1", "7"))).Code).To(Equal(http.StatusOK))
				Expect(got.events()).To(HaveLen(1))
			})
		})
	})

	It("handles requests in parallel", func() {
		bubble(func() {
			got.answer = func(context.Context, events.Event) error {
				time.Sleep(10 * time.Second)
				return nil
			}
			h := events.NewHandler(got.callback, options())
			start := time.Now()
			var wg sync.WaitGroup
			for i := range 50 {
				wg.Go(func() {
					defer GinkgoRecover()
					Expect(serve(h, delivery(events.SchemaEventGrid, message(fmt.Sprint(i), fmt.Sprint(i)))).Code).To(Equal(http.StatusOK))
				})
			}
			wg.Wait()
			Expect(time.Since(start)).To(Equal(10 * time.Second))
			Expect(got.events()).To(HaveLen(50))
		})
	})

	Describe("asks a store", func() {
		It("and answers 503 if it fails, without calling the callback", func() {
			o := options()
			o.Seen = brokenStore{seen: errors.New("redis is down")}
			Expect(serve(events.NewHandler(got.callback, o), delivery(events.SchemaEventGrid, message("1", "1"))).Code).To(Equal(http.StatusServiceUnavailable))
			Expect(got.events()).To(BeEmpty())
			Expect(logs.String()).To(ContainSubstring("redis is down"))
		})

		It("and answers 200 if only the record fails", func() {
			o := options()
			o.Seen = brokenStore{record: errors.New("redis is down")}
			Expect(serve(events.NewHandler(got.callback, o), delivery(events.SchemaEventGrid, message("1", "1"))).Code).To(Equal(http.StatusOK))
			Expect(logs.String()).To(ContainSubstring("record the event: redis is down"))
		})

		It("by keys of one length, whatever the event contains", func() {
			o, store := options(), &keyStore{}
			o.Seen = store
			long := message(strings.Repeat("x", 100_000), strings.Repeat("y", 100_000))
			Expect(serve(events.NewHandler(got.callback, o), delivery(events.SchemaEventGrid, long, message("1", "1"))).Code).To(Equal(http.StatusOK))
			Expect(store.keys).To(And(HaveLen(4), HaveEach(MatchRegexp(`^[A-Za-z0-9_-]{43}$`))))
		})

		It("accepts an event that was handled, although the store panics when it records it", func() {
			o := options()
			o.Seen = unrecordingStore{}
			h := events.NewHandler(got.callback, o)
			Expect(serve(h, delivery(events.SchemaEventGrid, message("1", "1"))).Code).To(Equal(http.StatusOK))
			Expect(got.events()).To(HaveLen(1))
			Expect(logs.String()).To(And(ContainSubstring(`panic="no connection"`), HaveSuffix("\n")))
			Expect(strings.Count(logs.String(), "\n")).To(Equal(1), logs.String())
		})

		It("and answers 500 if it panics, with and without a queue, and passes the event when it is delivered again", func() {
			for _, size := range []int{0, 10} {
				o, store := options(), &panickingStore{}
				store.broken.Store(true)
				o.Seen, o.QueueSize = store, size
				h := events.NewHandler(got.callback, o)
				Expect(serve(h, delivery(events.SchemaEventGrid, message("1", "1"))).Code).To(Equal(http.StatusInternalServerError))
				Expect(logs.String()).To(ContainSubstring(`panic="no connection"`))
				Expect(got.events()).To(BeEmpty())
				store.broken.Store(false)
				Expect(serve(h, delivery(events.SchemaEventGrid, message("1", "1"))).Code).To(Equal(http.StatusOK))
				Expect(h.Shutdown(context.Background())).To(Succeed())
				Expect(got.events()).To(HaveLen(1))
				got.list = nil
			}
		})

		It("that two handlers share", func() {
			o := options()
			o.Seen = events.NewMemorySeenStore(10)
			for range 2 {
				Expect(serve(events.NewHandler(got.callback, o), delivery(events.SchemaEventGrid, message("1", "1"))).Code).To(Equal(http.StatusOK))
			}
			Expect(got.events()).To(HaveLen(1))
		})
	})
})

type readCloser struct{ *strings.Reader }

func (readCloser) Close() error { return nil }

// keyStore lists the recorded keys.
type keyStore struct{ keys []string }

func (*keyStore) Seen(context.Context, []string) (bool, error) { return false, nil }

func (s *keyStore) Record(_ context.Context, keys []string) error {
	s.keys = append(s.keys, keys...)
	return nil
}

// unrecordingStore panics when it is to record an event.
type unrecordingStore struct{}

func (unrecordingStore) Seen(context.Context, []string) (bool, error) { return false, nil }

func (unrecordingStore) Record(context.Context, []string) error { panic("no connection") }

// panickingStore panics while it is broken.
type panickingStore struct{ broken atomic.Bool }

func (s *panickingStore) Seen(context.Context, []string) (bool, error) {
	if s.broken.Load() {
		panic("no connection")
	}
	return false, nil
}

func (*panickingStore) Record(context.Context, []string) error { return nil }

// brokenStore fails.
type brokenStore struct{ seen, record error }

// patientStore is a store that fails if the context has ended, as a database does.
type patientStore struct{ *events.MemorySeenStore }

func (s patientStore) Record(ctx context.Context, keys []string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return s.MemorySeenStore.Record(ctx, keys)
}

func (s brokenStore) Seen(context.Context, []string) (bool, error) { return false, s.seen }
func (s brokenStore) Record(context.Context, []string) error       { return s.record }

var _ = Describe("The store in memory", func() {
	It("forgets the oldest events", func(ctx SpecContext) {
		s := events.NewMemorySeenStore(2)
		for _, id := range []string{"a", "b", "c"} {
			Expect(s.Record(ctx, []string{id, id + id})).To(Succeed())
		}
		Expect(s.Seen(ctx, []string{"a", "aa"})).To(BeFalse())
		Expect(s.Seen(ctx, []string{"x", "bb"})).To(BeTrue())
		Expect(s.Seen(ctx, []string{"c"})).To(BeTrue())
		Expect(s.Record(ctx, []string{"d"})).To(Succeed())
		Expect(s.Seen(ctx, []string{"b"})).To(BeFalse())
		Expect(s.Seen(ctx, nil)).To(BeFalse())
	})

	It("may keep none", func(ctx SpecContext) {
		s := events.NewMemorySeenStore(0)
		Expect(s.Record(ctx, []string{"a"})).To(Succeed())
		Expect(s.Seen(ctx, []string{"a"})).To(BeFalse())
	})
})
