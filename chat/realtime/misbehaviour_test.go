package realtime_test

import (
	"context"
	"errors"
	"testing/synctest"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/events"
	"github.com/acschat/acs-chat-go/chat/realtime"
)

// fails expects that Listen fails, and returns with what and after how long.
func fails(s *server) (error, time.Duration) { //nolint:revive,staticcheck // the error is what the specs are about
	GinkgoHelper()
	began := time.Now()
	l, err := realtime.Listen(context.Background(), clientOf(s), nil)
	Expect(err).To(HaveOccurred())
	Expect(l).To(BeNil())
	return err, time.Since(began)
}

// The specs follow the table of what the JavaScript client does when the server misbehaves.
var _ = Describe("Listener and a service that misbehaves", func() {
	Context("before it listens", func() {
		DescribeTable("fails with the cause at once when it is refused",
			func(step string, status int, requests int, want error) {
				bubble(func() {
					server := newServer()
					server.all(step, reply(status, ""))
					err, took := fails(server)
					Expect(err).To(MatchError(want))
					refusal, ok := errors.AsType[*chat.Error](err)
					Expect(ok).To(BeTrue())
					Expect(refusal.StatusCode).To(Equal(status))
					Expect(server.seen(step)).To(HaveLen(requests))
					Expect(took).To(BeZero())
				})
			},
			Entry(nil, configure, 401, 2, chat.ErrUnauthorized),
			Entry(nil, configure, 403, 1, chat.ErrForbidden),
			Entry(nil, configure, 404, 1, chat.ErrNotFound),
			Entry(nil, allocate, 401, 2, chat.ErrUnauthorized),
			Entry(nil, allocate, 403, 1, chat.ErrForbidden),
			Entry(nil, allocate, 404, 1, chat.ErrNotFound),
			Entry(nil, handshake, 401, 2, chat.ErrUnauthorized),
			Entry(nil, register, 401, 2, chat.ErrUnauthorized),
			Entry(nil, register, 403, 1, chat.ErrForbidden),
			Entry(nil, register, 404, 1, chat.ErrNotFound),
		)

		DescribeTable("fetches one more token when the first is refused",
			func(step string) {
				bubble(func() {
					server := newServer()
					server.next(step, reply(401, ""))
					l := listen(server, nil)
					defer l.Close()
					requests := server.seen(step)
					Expect(requests).To(HaveLen(2))
					Expect(requests[0].token).To(HaveSuffix("token-1"))
					Expect(requests[1].token).To(HaveSuffix("token-2"))
				})
			},
			Entry(nil, configure), Entry(nil, allocate), Entry(nil, handshake), Entry(nil, register),
		)

		DescribeTable("tries four times, with pauses, when the service is not available",
			func(step string, a answer) {
				bubble(func() {
					server := newServer()
					server.all(step, a)
					_, took := fails(server)
					Expect(server.seen(step)).To(HaveLen(4))
					Expect(took).To(BeNumerically(">", 5*time.Second))

					server = newServer()
					server.next(step, a, a, a)
					l := listen(server, nil)
					Expect(l.Close()).To(Succeed())
				})
			},
			Entry(nil, configure, reply(500, "")), Entry(nil, configure, reply(503, "")), Entry(nil, configure, reply(429, "")),
			Entry(nil, allocate, reply(500, "")), Entry(nil, allocate, reply(429, "")), Entry(nil, allocate, answer(reset)),
			Entry("with an answer that is not JSON", allocate, reply(200, "<html>")),
			Entry("with an answer that lacks a member", allocate, reply(200, "{}")),
			Entry(nil, handshake, reply(403, "")), Entry(nil, handshake, reply(404, "")), Entry(nil, handshake, reply(503, "")),
			Entry(nil, handshake, answer(reset)), Entry("with a malformed answer", handshake, reply(200, "hello")),
			Entry("without WebSockets", handshake, reply(200, "sid:60:60:xhr-polling")),
			Entry(nil, upgrade, reply(401, "")), Entry(nil, upgrade, reply(403, "")), Entry(nil, upgrade, reply(404, "")),
			Entry(nil, upgrade, reply(503, "")), Entry("with success", upgrade, reply(200, "")), Entry(nil, upgrade, answer(reset)),
			Entry(nil, register, reply(500, "")), Entry(nil, register, reply(429, "")), Entry(nil, register, answer(reset)),
		)

		DescribeTable("waits ten seconds for an answer",
			func(step string) {
				bubble(func() {
					server := newServer()
					server.all(step, hang)
					_, took := fails(server)
					Expect(server.seen(step)).To(HaveLen(4))
					Expect(took).To(BeNumerically("~", 47*time.Second, 3*time.Second))
				})
			},
			Entry(nil, configure), Entry(nil, allocate), Entry(nil, handshake), Entry(nil, upgrade), Entry(nil, register),
		)

		DescribeTable("waits before the next attempt when the socket fails",
			func(greet func(*socket)) {
				bubble(func() {
					server := newServer()
					server.greet = greet
					_, took := fails(server)
					Expect(server.seen(upgrade)).To(HaveLen(4))
					Expect(server.seen(register)).To(BeEmpty())
					Expect(took).To(BeNumerically(">", 5*time.Second))
				})
			},
			Entry("it ends at once", (*socket).drop),
			Entry("it sends a disconnect frame at once", func(k *socket) { k.send("0::") }),
			Entry("it sends an error", func(k *socket) { k.send("7:::1+0") }),
			Entry("it connects, and sends an error", func(k *socket) { k.send("1::"); k.send("7:::2") }),
			Entry("it sends nothing", func(*socket) {}),
			Entry("it connects, and sends no more", func(k *socket) { k.send("1::") }),
			Entry("it connects, and ends", func(k *socket) { k.send("1::"); k.drop() }),
		)

		It("waits as long as the service asks for", func() {
			bubble(func() {
				server := newServer()
				server.next(allocate, reply(429, "", "Retry-After", "90"))
				server.next(register, reply(503, "", "Retry-After", "120"))
				began := time.Now()
				l := listen(server, nil)
				defer l.Close()
				Expect(time.Since(began)).To(BeNumerically("~", 210*time.Second, 10*time.Second))
			})
		})

		It("fails with the context and the last cause", func() {
			bubble(func() {
				server := newServer()
				server.all(register, reply(503, ""))
				ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
				defer cancel()
				_, err := realtime.Listen(ctx, clientOf(server), nil)
				Expect(err).To(MatchError(context.DeadlineExceeded))
				Expect(err).To(MatchError(chat.ErrUnavailable))
			})
		})

		DescribeTable("sends no token to other hosts that the configuration names",
			func(config, allocation string) {
				bubble(func() {
					server := newServer()
					if config != "" {
						server.config = config
					}
					if allocation != "" {
						server.all(allocate, reply(200, allocation))
					}
					err, took := fails(server)
					Expect(err).To(MatchError(ContainSubstring("no token is sent there")))
					Expect(took).To(BeZero())
					Expect(server.requests).To(HaveLen(len(server.seen(configure)) + len(server.seen(allocate))))
				})
			},
			Entry("to plain http", `{"trouterServiceUrl":"http://trouter.test","registrarServiceUrl":"https://registrar.test","cloudType":"x"}`, ""),
			Entry("to plain http for registrations",
				`{"trouterServiceUrl":"https://trouter.test","registrarServiceUrl":"http://registrar.test","cloudType":"x"}`, ""),
			Entry("to another host for the socket", "", `{"socketio":"https://elsewhere.test/","surl":"https://trouter.test/x/"}`),
		)

		DescribeTable("fails when the configuration has no service URL",
			func(config string) {
				bubble(func() {
					server := newServer()
					server.config = config
					err, took := fails(server)
					Expect(err).To(MatchError(ContainSubstring("is not a URL")))
					Expect(took).To(BeZero())
				})
			},
			Entry(nil, `{}`), Entry(nil, `{"trouterServiceUrl":"","registrarServiceUrl":"https://registrar.test"}`),
			Entry(nil, `{"trouterServiceUrl":"https://trouter.test","registrarServiceUrl":7}`),
		)
	})

	Context("while it listens", func() {
		DescribeTable("gives up with the cause when a reconnection is refused",
			func(step string, status int, want error) {
				bubble(func() {
					server, seen := newServer(), &changes{}
					l := listen(server, &realtime.Options{OnStateChange: seen.add})
					server.all(step, reply(status, ""))
					server.live().drop()
					var last error
					for event, err := range l.Events() {
						Expect(event == nil).To(Equal(err != nil))
						last = err
					}
					Expect(last).To(MatchError(want))
					Expect(l.Close()).To(Succeed())
					Expect(l.State()).To(Equal(realtime.StateClosed))
					Expect(seen.states()).To(HaveSuffix("closed"))
				})
			},
			Entry(nil, allocate, 401, chat.ErrUnauthorized), Entry(nil, allocate, 403, chat.ErrForbidden), Entry(nil, allocate, 404, chat.ErrNotFound),
			Entry(nil, handshake, 401, chat.ErrUnauthorized),
			Entry(nil, register, 401, chat.ErrUnauthorized), Entry(nil, register, 403, chat.ErrForbidden), Entry(nil, register, 404, chat.ErrNotFound),
		)

		DescribeTable("reconnects after growing delays, however long the service is unavailable",
			func(step string, a answer) {
				bubble(func() {
					server := newServer()
					l := listen(server, nil)
					defer l.Close()
					time.Sleep(time.Hour)
					server.all(step, a)
					server.live().drop()
					time.Sleep(time.Hour)
					requests := server.seen(step)
					Expect(len(requests)).To(BeNumerically("~", 70, 15))
					Expect(l.State()).To(Equal(realtime.StateReconnecting))
					server.all(step, nil)
					time.Sleep(time.Minute + 10*time.Second)
					Expect(l.State()).To(Equal(realtime.StateListening))
					gap := take(l, 1)[0].(events.Gap)
					Expect(gap.Reason).To(Equal(events.GapReasonReconnected))
					Expect(time.Since(gap.LastHeard)).To(BeNumerically("~", time.Hour+2*time.Minute, time.Minute))
					Expect(server.deliver(message(1))).To(BeTrue())
					Expect(textOf(take(l, 1)[0])).To(Equal("message 1"))
				})
			},
			Entry(nil, allocate, reply(503, "")), Entry(nil, allocate, answer(reset)),
			Entry(nil, handshake, reply(403, "")), Entry(nil, upgrade, reply(403, "")), Entry(nil, upgrade, answer(reset)),
			Entry(nil, register, reply(503, "")), Entry(nil, register, reply(429, "")),
		)

		It("requests the configuration again when the addresses may have changed", func() {
			bubble(func() {
				server := newServer()
				l := listen(server, nil)
				defer l.Close()
				server.live().drop()
				time.Sleep(time.Second)
				Expect(server.seen(configure)).To(HaveLen(1))
				server.next(allocate, reset)
				server.live().drop()
				time.Sleep(10 * time.Second)
				Expect(server.seen(configure)).To(HaveLen(2))
				Expect(l.State()).To(Equal(realtime.StateListening))
			})
		})

		DescribeTable("reconnects and yields a gap",
			func(lose func(*server), within time.Duration) {
				bubble(func() {
					server, seen := newServer(), &changes{}
					l := listen(server, &realtime.Options{OnStateChange: seen.add})
					defer l.Close()
					began := time.Now()
					time.Sleep(5 * time.Minute)
					lost := time.Now()
					lose(server)
					time.Sleep(within + time.Second)
					server.mu.Lock()
					server.silent = false
					server.mu.Unlock()
					time.Sleep(time.Minute)
					Expect(seen.states()).To(Or(Equal("connecting listening reconnecting listening"), HavePrefix("connecting listening reconnecting listening")))
					gap := take(l, 1)[0].(events.Gap)
					Expect(gap.Reason).To(Equal(events.GapReasonReconnected))
					Expect(gap.LastHeard).To(BeTemporally(">", began.Add(time.Minute)))
					Expect(gap.LastHeard).To(BeTemporally("<", lost))
					Expect(seen.list[2].At).To(BeTemporally("<=", lost.Add(within)))
					Expect(seen.list[2].Cause).To(HaveOccurred())
					Expect(epidOf(server, 1)).To(Equal(epidOf(server, 0)), "the new registration replaces the old one")
				})
			},
			Entry("when the socket breaks", func(s *server) { s.live().drop() }, time.Duration(0)),
			Entry("when the service disconnects", func(s *server) { s.live().send("0::") }, time.Duration(0)),
			Entry("when another connection has taken its place", func(s *server) { s.live().send("0:::dup") }, time.Duration(0)),
			Entry("when the token has expired", func(s *server) { s.live().send(`0:::{"reason":"unauthorized"}`) }, time.Duration(0)),
			Entry("when the service sends an error", func(s *server) { s.live().send("7:::1+0") }, time.Duration(0)),
			Entry("when the service asks for it", func(s *server) { s.live().send(`5:::{"name":"trouter.reconnect","args":[{"target":"self"}]}`) }, time.Duration(0)),
			Entry("when pings are not acknowledged", func(s *server) {
				s.mu.Lock()
				defer s.mu.Unlock()
				s.silent = true
			}, 45*time.Second),
		)

		It("reconnects when the first activity is not acknowledged", func() {
			bubble(func() {
				server := newServer()
				server.silent = true
				l := listen(server, nil)
				defer l.Close()
				time.Sleep(11 * time.Second)
				Expect(server.seen(allocate)).To(HaveLen(2))
			})
		})

		It("does not reconnect when the service ends the session of the user", func() {
			bubble(func() {
				server := newServer()
				l := listen(server, nil)
				defer l.Close()
				server.live().send(`0:::{"reason":"skypetoken-deprecated"}`)
				var last error
				for _, err := range l.Events() {
					last = err
				}
				Expect(last).To(MatchError(ContainSubstring("does not accept this user's tokens any more")))
				time.Sleep(time.Hour)
				Expect(server.seen(allocate)).To(HaveLen(1))
			})
		})

		It("waits longer when several connections in a row are lost", func() {
			bubble(func() {
				server := newServer()
				l := listen(server, nil)
				defer l.Close()
				server.mu.Lock()
				server.greet = func(k *socket) {
					k.greet()
					go func() { time.Sleep(time.Second); k.drop() }()
				}
				server.mu.Unlock()
				server.live().drop()
				time.Sleep(time.Hour)
				Expect(len(server.seen(allocate))).To(BeNumerically("<", 100))
				server.mu.Lock()
				server.greet = nil
				server.mu.Unlock()
				time.Sleep(time.Minute)
			})
		})

		It("gives up when the renewal of the registration is refused, and reconnects when it expires", func() {
			bubble(func() {
				server := newServer()
				l := listen(server, nil)
				server.all(register, reply(503, ""))
				time.Sleep(2*time.Hour + time.Minute)
				Expect(l.State()).To(Equal(realtime.StateReconnecting))
				server.all(register, nil)
				time.Sleep(2 * time.Minute)
				Expect(l.State()).To(Equal(realtime.StateListening))
				Expect(take(l, 1)[0].Kind()).To(Equal(events.KindGap))

				server.all(register, reply(403, ""))
				var last error
				for _, err := range l.Events() {
					last = err
				}
				Expect(last).To(MatchError(chat.ErrForbidden))
				Expect(l.Close()).To(Succeed())
			})
		})

		It("ignores what it cannot read", func() {
			bubble(func() {
				server := newServer()
				l := listen(server, nil)
				defer l.Close()
				for _, frame := range []string{"", ":", "::", "9:::", "x", "5:::{", "5:::[]", "6:::", "6:::x", "6:::99+[]", "8::", "7:::2", "4:::{}", "5:::{}"} {
					Expect(server.live().send(frame)).To(BeTrue())
				}
				Expect(server.deliver(message(1))).To(BeTrue())
				Expect(textOf(take(l, 1)[0])).To(Equal("message 1"))
			})
		})
	})

	Context("when it closes", func() {
		DescribeTable("returns within the limit",
			func(a answer, requests int, within time.Duration) {
				bubble(func() {
					server := newServer()
					l := listen(server, nil)
					server.all(unregister, a)
					began := time.Now()
					Expect(l.Close()).To(Succeed())
					Expect(server.seen(unregister)).To(HaveLen(requests))
					Expect(time.Since(began)).To(BeNumerically("<=", within))
				})
			},
			Entry("the token is refused", reply(401, ""), 2, time.Duration(0)),
			Entry("there is no registration", reply(404, ""), 1, time.Duration(0)),
			Entry("the service is not available", reply(503, ""), 1, time.Duration(0)),
			Entry("there is no answer", answer(hang), 1, 5*time.Second),
		)

		It("returns within the limit when the socket is stuck", func() {
			bubble(func() {
				server := newServer()
				block := make(chan struct{})
				server.greet = func(k *socket) { k.greet(); <-block }
				l := listen(server, &realtime.Options{CloseTimeout: time.Second})
				began := time.Now()
				Expect(l.Close()).To(Succeed())
				Expect(time.Since(began)).To(BeNumerically("<=", time.Second))
				close(block)
				synctest.Wait()
			})
		})

		DescribeTable("interrupts the current step",
			func(step string) {
				bubble(func() {
					server := newServer()
					l := listen(server, nil)
					server.all(step, hang)
					server.live().drop()
					time.Sleep(5 * time.Second)
					began := time.Now()
					Expect(l.Close()).To(Succeed())
					Expect(time.Since(began)).To(BeZero())
				})
			},
			Entry(nil, allocate), Entry(nil, handshake), Entry(nil, upgrade), Entry(nil, register),
		)
	})
})

func epidOf(s *server, n int) string {
	type registration struct {
		ID string `json:"registrationId"`
	}
	return decoded[registration](s.seen(register)[n].body).ID
}
