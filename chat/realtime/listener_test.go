package realtime_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing/synctest"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/events"
	"github.com/acschat/acs-chat-go/chat/realtime"
)

// clientOf makes a client of the service whose tokens are token-1, token-2 and so on, valid for a day.
func clientOf(s *server) *chat.Client { return clientWith(s, func(*chat.ClientOptions) {}) }

// clientWith is clientOf with options.
func clientWith(s *server, configure func(*chat.ClientOptions)) *chat.Client {
	GinkgoHelper()
	n := 0
	var mu sync.Mutex
	credential, err := chat.NewTokenCredential(func(context.Context) (chat.AccessToken, error) {
		mu.Lock()
		defer mu.Unlock()
		n++
		return chat.AccessToken{Token: fmt.Sprintf("token-%d", n), ExpiresOn: time.Now().Add(24 * time.Hour)}, nil
	}, nil)
	Expect(err).NotTo(HaveOccurred())
	o := &chat.ClientOptions{}
	o.Transport = s
	configure(o)
	client, err := chat.NewClient("https://contoso.test", credential, o)
	Expect(err).NotTo(HaveOccurred())
	return client
}

// changes keeps the state changes of a listener.
type changes struct {
	mu   sync.Mutex // guards list
	list []realtime.StateChange
}

func (c *changes) add(change realtime.StateChange) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.list = append(c.list, change)
}

func (c *changes) states() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var states []string
	for _, change := range c.list {
		states = append(states, string(change.State))
	}
	return strings.Join(states, " ")
}

// listen starts a listener of the service.
func listen(s *server, options *realtime.Options) *realtime.Listener {
	GinkgoHelper()
	listener, err := realtime.Listen(context.Background(), clientOf(s), options)
	Expect(err).NotTo(HaveOccurred())
	return listener
}

// take takes the next n events.
func take(l *realtime.Listener, n int) []events.Event {
	GinkgoHelper()
	var list []events.Event
	for event, err := range l.Events() {
		Expect(err).NotTo(HaveOccurred())
		list = append(list, event)
		if len(list) == n {
			break
		}
	}
	return list
}

// message is the payload of a message; n makes its id and time.
func message(n int) string {
	at := time.Now().UTC()
	return fmt.Sprintf(`{"eventId":200,"senderId":"8:acs:R_a","recipientMri":"8:acs:R_b","groupId":"19:t@thread.v2","messageId":"%d",`+
		`"messageType":"Text","messageBody":"message %d","senderDisplayName":"Ann","originalArrivalTime":%q,"version":"%d"}`,
		n, n, at.Format("2006-01-02T15:04:05.000Z"), n)
}

func textOf(event events.Event) string {
	GinkgoHelper()
	Expect(event).To(BeAssignableToTypeOf(events.MessageReceived{}))
	return event.(events.MessageReceived).Message.Content.Message
}

var _ = Describe("Listener", func() {
	It("listens once the service has accepted the registration", func() {
		bubble(func() {
			server, seen := newServer(), &changes{}
			var stateAtRegistration string
			server.next(register, func(r *http.Request) (*http.Response, error) {
				stateAtRegistration = seen.states()
				return reply(202, "")(r)
			})
			l := listen(server, &realtime.Options{OnStateChange: seen.add})
			defer l.Close()
			Expect(stateAtRegistration).To(Equal("connecting"))
			Expect(seen.states()).To(Equal("connecting listening"))
			Expect(l.State()).To(Equal(realtime.StateListening))

			registration := server.seen(register)[0]
			Expect(registration.token).To(Equal("token-1"))
			Expect(registration.body).To(MatchJSON(`{"clientDescription":{"appId":"AcsWeb","aesKey":"","languageId":"en-US","platform":"SPOOL",
				"templateKey":"AcsWeb_Chat_2.1","platformUIVersion":"0.0.0"},"registrationId":"` + epid(server) + `","nodeId":"",
				"transports":{"TROUTER":[{"context":"","path":"https://trouter.test:3443/v4/f/abc/","ttl":7200}]}}`))
		})
	})

	It("sends the token to the hosts of the configuration, and not with the upgrade", func() {
		bubble(func() {
			server := newServer()
			l := listen(server, nil)
			defer l.Close()
			Expect(server.seen(configure)[0].token).To(Equal("Bearer token-1"))
			Expect(server.seen(allocate)[0].token).To(Equal("token-1"))
			Expect(server.seen(handshake)[0].token).To(Equal("token-1"))
			Expect(server.seen(upgrade)[0].token).To(BeEmpty())
			Expect(server.seen(handshake)[0].query).To(And(ContainSubstring("sr=abc"), ContainSubstring("sig=5F0C"), ContainSubstring("v=v4")))
		})
	})

	It("acknowledges events before it yields them", func() {
		bubble(func() {
			server := newServer()
			l := listen(server, nil)
			defer l.Close()
			Expect(server.deliver(message(1))).To(BeTrue())
			synctest.Wait()
			Expect(server.framesLike("3:::")).To(HaveExactElements(MatchRegexp(`^3:::`)))
			Expect(strings.TrimPrefix(server.framesLike("3:::")[0], "3:::")).To(MatchJSON(
				`{"id":1,"status":200,"headers":{"MS-CV":"cv.1.0","trouter-request":"{\"id\":\"r\"}","trouter-client":"{\"cd\":0}"},"body":""}`))
			Expect(textOf(take(l, 1)[0])).To(Equal("message 1"))
		})
	})

	It("yields an event that is delivered twice once", func() {
		bubble(func() {
			server := newServer()
			l := listen(server, nil)
			defer l.Close()
			for _, n := range []int{1, 1, 2, 1, 2, 3} {
				Expect(server.deliver(message(n))).To(BeTrue())
			}
			synctest.Wait()
			Expect(server.framesLike("3:::")).To(HaveLen(6), "all are acknowledged")
			var texts []string
			for _, event := range take(l, 3) {
				texts = append(texts, textOf(event))
			}
			Expect(texts).To(Equal([]string{"message 1", "message 2", "message 3"}))
		})
	})

	It("distinguishes receipts by the version in their bodies", func() {
		bubble(func() {
			server := newServer()
			l := listen(server, nil)
			defer l.Close()
			for _, version := range []string{"1", "2", "1"} {
				Expect(server.deliver(receipt(version))).To(BeTrue())
			}
			Expect(server.deliver(message(1))).To(BeTrue())
			got := take(l, 3)
			Expect(got[0].EventHeader().Version).To(Equal("1"))
			Expect(got[1].EventHeader().Version).To(Equal("2"))
			Expect(textOf(got[2])).To(Equal("message 1"))
		})
	})

	It("yields a gap in place of events that exceed the queue", func() {
		bubble(func() {
			server := newServer()
			l := listen(server, &realtime.Options{QueueSize: 3})
			defer l.Close()
			listening := time.Now()
			time.Sleep(time.Hour)
			for n := range 5 {
				Expect(server.deliver(message(n))).To(BeTrue())
			}
			synctest.Wait()
			got := take(l, 4)
			Expect(textOf(got[2])).To(Equal("message 2"))
			gap := got[3].(events.Gap)
			Expect(gap.Reason).To(Equal(events.GapReasonOverflow))
			Expect(gap.LastHeard).To(BeTemporally("~", listening.Add(time.Hour), 20*time.Second))
			Expect(gap.LastHeard).To(BeTemporally("<", time.Now()))
			Expect(server.deliver(message(6))).To(BeTrue())
			Expect(textOf(take(l, 1)[0])).To(Equal("message 6"))
		})
	})

	It("yields and acknowledges events of an unknown kind", func() {
		bubble(func() {
			server := newServer()
			l := listen(server, nil)
			defer l.Close()
			Expect(server.deliver(`{"eventId":300,"groupId":"19:t@thread.v2","version":"7"}`)).To(BeTrue())
			Expect(server.deliver(`no JSON`)).To(BeTrue())
			Expect(server.live().send(`3:::neither`)).To(BeTrue())
			got := take(l, 3)
			Expect(got[0]).To(Equal(events.Unknown{
				Header: events.Header{ThreadID: "19:t@thread.v2", Version: "7"}, Type: "300",
				Raw: []byte(`{"eventId":300,"groupId":"19:t@thread.v2","version":"7"}`),
			}))
			Expect(got[1]).To(Equal(events.Unknown{Raw: []byte(`"no JSON"`)}))
			Expect(got[2]).To(Equal(events.Unknown{Raw: []byte(`"neither"`)}))
			synctest.Wait()
			Expect(server.framesLike("3:::")).To(HaveLen(2))
		})
	})

	It("does not treat events of an unknown kind as duplicates", func() {
		bubble(func() {
			server := newServer()
			l := listen(server, nil)
			defer l.Close()
			for _, part := range []string{"1", "2"} {
				Expect(server.deliver(`{"eventId":301,"groupId":"19:t@thread.v2","messageId":"5","version":"5","streamingSequenceNumber":` + part + `}`)).To(BeTrue())
			}
			Expect(take(l, 2)).To(HaveEach(HaveField("Type", "301")))
		})
	})

	It("confirms a loss that the service announces, and yields a gap once", func() {
		bubble(func() {
			server := newServer()
			l := listen(server, nil)
			defer l.Close()
			time.Sleep(85 * time.Second) // the last sign of life is the acknowledgement of a ping, 5 seconds ago
			for range 2 {
				server.live().send(`5:::{"name":"trouter.message_loss","args":[{"droppedIndicators":[{"tag":"messaging","etag":"x"}]}]}`)
			}
			server.live().send(`5:::{"name":"trouter.message_loss","args":[{"droppedIndicators":[]}]}`)
			Expect(server.deliver(message(1))).To(BeTrue())
			got := take(l, 2)
			gap := got[0].(events.Gap)
			Expect(gap.Reason).To(Equal(events.GapReasonMessageLoss))
			Expect(gap.LastHeard).To(BeTemporally("==", time.Now().Add(-20*time.Second)))
			Expect(textOf(got[1])).To(Equal("message 1"))
			synctest.Wait()
			Expect(server.framesLike("5:")).To(ContainElement(HaveSuffix(
				`{"name":"trouter.processed_message_loss","args":[{"droppedIndicators":[{"tag":"messaging","etag":"x"}]}]}`)))
		})
	})

	It("does not yield a gap for a loss from before it listened", func() {
		bubble(func() {
			server := newServer()
			server.greet = func(k *socket) {
				k.greet()
				k.send(`5:::{"name":"trouter.message_loss","args":[{"droppedIndicators":[{"tag":"","etag":"x"}]}]}`)
			}
			server.next(register, func(r *http.Request) (*http.Response, error) {
				time.Sleep(time.Second)
				return reply(202, "")(r)
			})
			l := listen(server, nil)
			defer l.Close()
			Expect(server.deliver(message(1))).To(BeTrue())
			Expect(textOf(take(l, 1)[0])).To(Equal("message 1"))
		})
	})

	It("sends pings and echoes heartbeats", func() {
		bubble(func() {
			server := newServer()
			l := listen(server, nil)
			defer l.Close()
			server.live().send("2::")
			time.Sleep(10*time.Minute + time.Second)
			Expect(server.framesLike("2::")).To(HaveLen(1))
			Expect(server.framesLike(`5:`)).To(HaveLen(2 + 15))
			Expect(server.seen(allocate)).To(HaveLen(1))
		})
	})

	It("renews its registration in time, and again if that fails", func() {
		bubble(func() {
			server := newServer()
			l := listen(server, nil)
			defer l.Close()
			server.next(register, reply(503, ""), reset)
			time.Sleep(24 * time.Hour)
			at := server.seen(register)
			Expect(len(at)).To(BeNumerically(">=", 24*60/115+2))
			for i := 1; i < len(at); i++ {
				Expect(at[i].at.Sub(at[i-1].at)).To(BeNumerically("<", 2*time.Hour))
			}
			Expect(server.seen(allocate)).To(HaveLen(1))
			Expect(l.State()).To(Equal(realtime.StateListening))
		})
	})

	It("connects again before its connection expires", func() {
		bubble(func() {
			server, seen := newServer(), &changes{}
			server.ttl = "10800"
			l := listen(server, &realtime.Options{OnStateChange: seen.add})
			defer l.Close()
			time.Sleep(3 * time.Hour)
			Expect(server.seen(allocate)).To(HaveLen(2))
			Expect(seen.states()).To(Equal("connecting listening reconnecting listening"))
			Expect(take(l, 1)[0].Kind()).To(Equal(events.KindGap))
		})
	})

	It("says goodbye", func() {
		bubble(func() {
			server, seen := newServer(), &changes{}
			l := listen(server, &realtime.Options{OnStateChange: seen.add})
			Expect(server.deliver(message(1))).To(BeTrue())
			synctest.Wait()
			Expect(l.Close()).To(Succeed())
			Expect(l.Close()).To(Succeed())
			Expect(server.framesLike("0::")).To(HaveLen(1))
			Expect(server.seen(unregister)).To(HaveLen(1))
			Expect(seen.states()).To(Equal("connecting listening closed"))
			Expect(textOf(take(l, 2)[0])).To(Equal("message 1"), "what came before Close can still be taken")
		})
	})

	It("ends a loop that waits when it is closed", func() {
		bubble(func() {
			l := listen(newServer(), nil)
			done := make(chan struct{})
			go func() {
				defer GinkgoRecover()
				defer close(done)
				for event, err := range l.Events() {
					Fail(fmt.Sprint("nothing was sent, and there is ", event, err))
				}
			}()
			synctest.Wait()
			Expect(l.Close()).To(Succeed())
			<-done
		})
	})

	It("returns one event at a time, and stops waiting when a context ends, without losing an event", func() {
		bubble(func() {
			server := newServer()
			l := listen(server, nil)
			Expect(server.deliver(message(1))).To(BeTrue())
			Expect(l.Next(context.Background())).To(HaveField("Kind()", events.KindMessageReceived))
			ctx, cancel := context.WithTimeout(context.Background(), time.Second)
			defer cancel()
			_, err := l.Next(ctx)
			Expect(err).To(MatchError(context.DeadlineExceeded))
			Expect(server.deliver(message(2))).To(BeTrue())
			_, err = l.Next(ctx)
			Expect(err).To(MatchError(context.DeadlineExceeded))
			Expect(textOf(take(l, 1)[0])).To(Equal("message 2"))
			Expect(l.Close()).To(Succeed())
			_, err = l.Next(context.Background())
			Expect(err).To(MatchError(chat.ErrClosed))
		})
	})

	It("leaves no goroutine behind when the context of Listen ends later", func() {
		bubble(func() {
			server := newServer()
			ctx, cancel := context.WithCancel(context.Background())
			l, err := realtime.Listen(ctx, clientOf(server), nil)
			Expect(err).NotTo(HaveOccurred())
			cancel()
			Expect(server.deliver(message(1))).To(BeTrue())
			Expect(take(l, 1)).To(HaveLen(1))
			Expect(l.Close()).To(Succeed())
		})
	})

	DescribeTable("refuses arguments",
		func(name string, client bool, options *realtime.Options) {
			var c *chat.Client
			if client {
				c = clientOf(newServer())
			}
			_, err := realtime.Listen(context.Background(), c, options)
			Expect(err).To(MatchError(ContainSubstring(name)))
			Expect(err).To(BeAssignableToTypeOf(&chat.ArgumentError{}))
		},
		Entry(nil, "client", false, nil),
		Entry(nil, "QueueSize", true, &realtime.Options{QueueSize: -1}),
		Entry(nil, "CloseTimeout", true, &realtime.Options{CloseTimeout: -1}),
	)
})

func receipt(version string) string {
	return fmt.Sprintf(`{"eventId":246,"senderId":"8:acs:R_b","recipientMri":"8:acs:R_a","groupId":"19:t@thread.v2","messageId":"1762161602337",`+
		`"messageBody":"{\"consumptionhorizon\":\"1762161602337;1762161604562;0\",\"version\":\"%s\"}"}`, version)
}

// epid is the id of the client's registration.
func epid(s *server) string {
	_, rest, _ := strings.Cut(s.seen(allocate)[0].query, "epid=")
	id, _, _ := strings.Cut(rest, "&")
	return id
}
