package chat_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
)

// onceRoom is a thread of two users in an emulator.
type onceRoom struct {
	*chattest.Service
	ana, bo *chat.ThreadClient
	user    chattest.User // Ana
	counted int           // requests that calls leaves out
}

// inOnceRoom runs f in virtual time with an emulator.
func inOnceRoom(options chattest.Options, f func(ctx context.Context, r *onceRoom)) {
	GinkgoHelper()
	bubble(func() {
		ctx := context.Background()
		s, err := chattest.Open(api.Watch(&options))
		Expect(err).NotTo(HaveOccurred())
		defer func() { Expect(s.Close()).To(Succeed()) }()
		ana, bo := s.NewUser(), s.NewUser()
		created, err := s.Client(ana).CreateThread(ctx, "Once", &chat.CreateThreadOptions{
			Participants: []chat.Participant{{Identifier: chat.CommunicationUser{ID: bo.ID}}},
		})
		Expect(err).NotTo(HaveOccurred())
		time.Sleep(time.Hour)
		s.Advance(3 * time.Minute) // the clock of the service is ahead
		id := created.Thread.ID
		f(ctx, &onceRoom{s, s.Client(ana).ThreadClient(id), s.Client(bo).ThreadClient(id), ana, 0})
	})
}

// texts are the contents of the users' messages, the oldest first, by the present listing.
func (r *onceRoom) texts() (texts []string) {
	GinkgoHelper()
	r.Advance(time.Hour) // whatever lags is listed
	for m, err := range r.bo.ListMessages(nil).All(context.Background()) {
		Expect(err).NotTo(HaveOccurred())
		if m.Type == chat.MessageTypeText && m.DeletedOn.IsZero() {
			texts = append([]string{m.Content.Message}, texts...)
		}
	}
	return texts
}

// calls are the operations that were called, after those counted: "send" and "list", in order.
func (r *onceRoom) calls() string {
	var names []string
	for _, q := range r.Requests(chattest.SendChatMessage, chattest.ListChatMessages)[r.counted:] {
		names = append(names, map[chattest.Operation]string{chattest.SendChatMessage: "send", chattest.ListChatMessages: "list"}[q.Operation])
	}
	return strings.Join(names, " ")
}

var _ = Describe("Sending a message once", func() {
	const lag = 10 * time.Second

	It("takes one request, and keeps the key in the metadata", func() {
		inOnceRoom(chattest.Options{}, func(ctx context.Context, r *onceRoom) {
			metadata := map[string]string{"order": "7"}
			sent, err := r.ana.SendMessageOnce(ctx, "order-7", "Shipped", &chat.SendMessageOnceOptions{
				SendMessageOptions: chat.SendMessageOptions{SenderDisplayName: "Ana", Type: chat.MessageTypeHTML, Metadata: metadata},
			})
			Expect(err).NotTo(HaveOccurred())
			Expect(r.calls()).To(Equal("send"))
			Expect(metadata).To(HaveLen(1), "the caller's map is not changed")
			m, err := r.bo.GetMessage(ctx, sent.ID)
			Expect(err).NotTo(HaveOccurred())
			Expect(m.Metadata).To(Equal(map[string]string{"order": "7", chat.OnceKeyMember: "order-7"}))
			Expect([]string{m.Content.Message, m.SenderDisplayName, string(m.Type)}).To(Equal([]string{"Shipped", "Ana", "html"}))
		})
	})

	It("finds the message if the reply is lost", func() {
		inOnceRoom(chattest.Options{}, func(ctx context.Context, r *onceRoom) {
			r.Fail(chattest.SendChatMessage, chattest.Fault{LoseReply: true})
			start := time.Now()
			sent, err := r.ana.SendMessageOnce(ctx, "k", "Shipped", nil)
			Expect(err).NotTo(HaveOccurred())
			Expect(time.Since(start)).To(BeZero())
			Expect(r.calls()).To(Equal("send list"))
			Expect(r.texts()).To(HaveExactElements("Shipped"))
			m, err := r.bo.GetMessage(ctx, sent.ID)
			Expect(err).NotTo(HaveOccurred())
			Expect(m.Metadata).To(HaveKeyWithValue(chat.OnceKeyMember, "k"))
		})
	})

	It("waits out the lag of the listing before it sends again", func() {
		inOnceRoom(chattest.Options{ListingLag: lag - time.Second}, func(ctx context.Context, r *onceRoom) {
			r.Fail(chattest.SendChatMessage, chattest.Fault{LoseReply: true})
			start := time.Now()
			Expect(r.ana.SendMessageOnce(ctx, "k", "Shipped", nil)).NotTo(BeZero())
			Expect(time.Since(start)).To(Equal(lag))
			Expect(r.calls()).To(Equal("send list list"))
			Expect(r.texts()).To(HaveExactElements("Shipped"))
		})
	})

	DescribeTable("sends again what SendMessage must not", func(fault chattest.Fault) {
		inOnceRoom(chattest.Options{}, func(ctx context.Context, r *onceRoom) {
			r.Fail(chattest.SendChatMessage, fault)
			start := time.Now()
			Expect(r.ana.SendMessageOnce(ctx, "k", "Shipped", &chat.SendMessageOnceOptions{ListingLag: 2 * time.Second})).NotTo(BeZero())
			Expect(time.Since(start)).To(BeNumerically("~", 2*time.Second, time.Second/10))
			Expect(r.calls()).To(Equal("send list list send"))
			Expect(r.texts()).To(HaveExactElements("Shipped"))
		})
	},
		Entry("after a connection that broke before the request took effect", chattest.Fault{LoseRequest: true}),
		Entry("after a 408", chattest.Fault{Status: 408}),
		Entry("after a 500", chattest.Fault{Status: 500}),
		Entry("after a 502", chattest.Fault{Status: 502}),
		Entry("after a 503 without a delay", chattest.Fault{Status: 503}),
		Entry("after a redirect", chattest.Fault{Redirect: "https://elsewhere.invalid/"}),
	)

	DescribeTable("finds the message after", func(fault chattest.Fault) {
		inOnceRoom(chattest.Options{}, func(ctx context.Context, r *onceRoom) {
			r.Fail(chattest.SendChatMessage, fault)
			Expect(r.ana.SendMessageOnce(ctx, "k", "Shipped", nil)).NotTo(BeZero())
			Expect(r.calls()).To(Equal("send list"))
			Expect(r.texts()).To(HaveExactElements("Shipped"))
		})
	},
		Entry("a cut body", chattest.Fault{CutBody: true}),
		Entry("a page of a gateway", chattest.Fault{HTML: true}),
		Entry("a 201 without a body", chattest.Fault{EmptyBody: true}),
		Entry("an attempt that took too long", chattest.Fault{Delay: 2 * time.Minute}),
	)

	It("returns a refusal at once", func() {
		inOnceRoom(chattest.Options{}, func(ctx context.Context, r *onceRoom) {
			r.Fail(chattest.SendChatMessage, chattest.Fault{Status: 403})
			_, err := r.ana.SendMessageOnce(ctx, "k", "Shipped", nil)
			Expect(err).To(And(MatchError(chat.ErrForbidden), Not(MatchError(chat.ErrOutcomeUnknown))))
			Expect(r.calls()).To(Equal("send"))
		})
	})

	It("reports that the message was not sent, after several attempts", func() {
		inOnceRoom(chattest.Options{}, func(ctx context.Context, r *onceRoom) {
			r.Fail(chattest.SendChatMessage, chattest.Fault{Status: 500, Times: -1})
			start := time.Now()
			_, err := r.ana.SendMessageOnce(ctx, "k", "Shipped", nil)
			Expect(err).To(And(MatchError(chat.ErrUnavailable), Not(MatchError(chat.ErrOutcomeUnknown))))
			Expect(err).To(MatchError(And(HavePrefix("chat: send message: 500 "), HaveSuffix("; the thread does not contain the message after attempt 4"))))
			Expect(time.Since(start)).To(Equal(4 * lag))

			r.counted = len(r.Requests(chattest.SendChatMessage, chattest.ListChatMessages))
			_, err = r.ana.SendMessageOnce(ctx, "k", "Shipped", &chat.SendMessageOnceOptions{MaxResends: -1, ListingLag: -1})
			Expect(err).To(MatchError(HaveSuffix("after attempt 1")))
			Expect(r.calls()).To(Equal("send list"))
		})
	})

	It("checks before each attempt, and sends nothing after a check has failed", func() {
		inOnceRoom(chattest.Options{}, func(ctx context.Context, r *onceRoom) {
			r.Fail(chattest.SendChatMessage, chattest.Fault{Status: 429})
			r.Fail(chattest.SendChatMessage, chattest.Fault{LoseRequest: true})
			var before []string
			errTakenOver := errors.New("taken over")
			options := &chat.SendMessageOnceOptions{BeforeSend: func(context.Context) error {
				if before = append(before, r.calls()); len(before) == 3 {
					return errTakenOver
				}
				return nil
			}}
			_, err := r.ana.SendMessageOnce(ctx, "k", "Shipped", options)
			Expect(err).To(And(MatchError(errTakenOver), Not(MatchError(chat.ErrOutcomeUnknown))))
			Expect(before).To(Equal([]string{"", "send", "send send list list"}))
			Expect(r.calls()).To(Equal("send send list list"))
			options.Since = time.Now()
			Expect(r.ana.SendMessageOnce(ctx, "k", "Shipped", options)).NotTo(BeZero())
			Expect(before[3:]).To(Equal([]string{"send send list list list list"}))
			Expect(r.texts()).To(HaveExactElements("Shipped"))
		})
	})

	It("checks after the wait for the limiter", func(ctx SpecContext) {
		l := &recordingLimiter{}
		wire := answering(reply(201, `{"id":"1"}`))
		o := options(wire)
		o.Limiter = l
		client, err := chat.NewClient(testEndpoint, renewableCredential(), o)
		Expect(err).NotTo(HaveOccurred())
		errTakenOver := errors.New("taken over")
		_, err = client.ThreadClient(testThread).SendMessageOnce(ctx, "k", "Shipped", &chat.SendMessageOnceOptions{BeforeSend: func(context.Context) error {
			Expect(l.asked).To(HaveLen(1))
			return errTakenOver
		}})
		Expect(err).To(MatchError(errTakenOver))
		Expect(l.told).To(HaveExactElements("0 0s"))
		Expect(wire.Requests()).To(BeEmpty())
	})

	Context("with Since", func() {
		since := func() *chat.SendMessageOnceOptions {
			return &chat.SendMessageOnceOptions{Since: time.Now().Add(-time.Hour)}
		}

		It("finds a message that was sent before", func() {
			inOnceRoom(chattest.Options{}, func(ctx context.Context, r *onceRoom) {
				first, err := r.ana.SendMessageOnce(ctx, "k", "Shipped", nil)
				Expect(err).NotTo(HaveOccurred())
				for i := range 250 { // more than two pages
					_, err := r.bo.SendMessage(ctx, fmt.Sprint(i), nil)
					Expect(err).NotTo(HaveOccurred())
				}
				time.Sleep(59 * time.Minute)
				r.counted = len(r.Requests(chattest.SendChatMessage, chattest.ListChatMessages))
				Expect(r.ana.SendMessageOnce(ctx, "k", "Shipped", since())).To(Equal(first))
				Expect(r.calls()).To(Equal("list list list list"), "the first page is read again for what changed meanwhile")
			})
		})

		It("waits out the lag before the first attempt", func() {
			inOnceRoom(chattest.Options{}, func(ctx context.Context, r *onceRoom) {
				start := time.Now()
				Expect(r.ana.SendMessageOnce(ctx, "k", "Shipped", since())).NotTo(BeZero())
				Expect(time.Since(start)).To(Equal(lag))
				Expect(r.calls()).To(Equal("list list send"))
			})
		})

		It("does not find a message from before", func() {
			inOnceRoom(chattest.Options{}, func(ctx context.Context, r *onceRoom) {
				Expect(r.ana.SendMessageOnce(ctx, "k", "Shipped", nil)).NotTo(BeZero())
				time.Sleep(2 * time.Hour)
				Expect(r.ana.SendMessageOnce(ctx, "k", "Shipped", since())).NotTo(BeZero())
				Expect(r.texts()).To(HaveExactElements("Shipped", "Shipped"))
			})
		})

		It("leaves the outcome unknown if the listing is refused", func() {
			inOnceRoom(chattest.Options{}, func(ctx context.Context, r *onceRoom) {
				r.Fail(chattest.ListChatMessages, chattest.Fault{Status: 403, Times: -1})
				_, err := r.ana.SendMessageOnce(ctx, "k", "Shipped", since())
				Expect(err).To(And(MatchError(chat.ErrForbidden), MatchError(chat.ErrOutcomeUnknown)))
				Expect(err).To(MatchError(HavePrefix("chat: look for the message: chat: list messages: 403 ")))
				Expect(r.calls()).To(Equal("list list"))
			})
		})
	})

	for _, ahead := range []time.Duration{-24 * time.Hour, 24 * time.Hour} {
		It(fmt.Sprintf("searches by the clock of the service, which is ahead by %v", ahead), func() {
			inOnceRoom(chattest.Options{}, func(ctx context.Context, r *onceRoom) {
				if ahead > 0 {
					r.Advance(ahead)
				} else {
					time.Sleep(-ahead)
					r.Advance(ahead)
				}
				r.Fail(chattest.SendChatMessage, chattest.Fault{LoseReply: true})
				Expect(r.ana.SendMessageOnce(ctx, "k", "Shipped", nil)).NotTo(BeZero())
				r.Fail(chattest.SendChatMessage, chattest.Fault{LoseRequest: true})
				Expect(r.ana.SendMessageOnce(ctx, "l", "Paid", nil)).NotTo(BeZero())
				Expect(r.calls()).To(Equal("send list send list list send"))
			})
		})
	}

	DescribeTable("begins the search as much before the first use of the key as SearchMargin says", func(margin time.Duration, found bool) {
		inOnceRoom(chattest.Options{}, func(ctx context.Context, r *onceRoom) {
			before, err := r.ana.SendMessageOnce(ctx, "k", "Shipped", nil)
			Expect(err).NotTo(HaveOccurred())
			time.Sleep(30 * time.Second)
			options := &chat.SendMessageOnceOptions{Since: time.Now(), SearchMargin: margin}
			sent, err := r.ana.SendMessageOnce(ctx, "k", "Shipped", options)
			Expect(err).NotTo(HaveOccurred())
			if found {
				Expect(sent).To(Equal(before))
			} else {
				Expect(sent).NotTo(Equal(before))
			}
		})
	},
		Entry("a minute by default", time.Duration(0), true),
		Entry("a longer time", 32*time.Second, true),
		Entry("a shorter time", 28*time.Second, false),
		Entry("none", -time.Second, false),
	)

	It("finds a message that another call has moved while the pages were read", func() {
		inOnceRoom(chattest.Options{}, func(ctx context.Context, r *onceRoom) {
			r.Fail(chattest.SendChatMessage, chattest.Fault{LoseReply: true})
			moved := false
			options := r.ClientOptions()
			options.Transport = transportFunc(func(req *http.Request) (*http.Response, error) {
				if req.Method == http.MethodGet && strings.Contains(req.URL.RawQuery, "syncState") && !moved {
					moved = true
					for m, err := range r.bo.ListMessages(nil).All(ctx) {
						Expect(err).NotTo(HaveOccurred())
						if m.Metadata[chat.OnceKeyMember] == "k" {
							Expect(r.ana.UpdateMessage(ctx, m.ID, chat.MessageUpdate{Content: new("Shipped today")})).To(Succeed())
							break
						}
					}
				}
				resp, err := r.Transport().Do(req)
				if req.Method == http.MethodPost {
					for i := range 120 { // more than a page
						_, err := r.bo.SendMessage(ctx, fmt.Sprint(i), nil)
						Expect(err).NotTo(HaveOccurred())
					}
				}
				return resp, err
			})
			client, err := chat.NewClient(r.Endpoint(), r.Credential(r.user), options)
			Expect(err).NotTo(HaveOccurred())
			defer client.Close()
			Expect(client.ThreadClient(r.ana.ThreadID()).SendMessageOnce(ctx, "k", "Shipped", &chat.SendMessageOnceOptions{ListingLag: -1})).NotTo(BeZero())
			Expect(moved).To(BeTrue())
			Expect(r.texts()).To(And(HaveLen(121), ContainElement("Shipped today")))
		})
	})

	It("does not take the message of another user for its own", func() {
		inOnceRoom(chattest.Options{}, func(ctx context.Context, r *onceRoom) {
			Expect(r.bo.SendMessageOnce(ctx, "k", "of Bo", nil)).NotTo(BeZero())
			r.Fail(chattest.SendChatMessage, chattest.Fault{LoseRequest: true})
			Expect(r.ana.SendMessageOnce(ctx, "k", "of Ana", nil)).NotTo(BeZero())
			Expect(r.texts()).To(HaveExactElements("of Bo", "of Ana"))
		})
	})

	It("works for the users of a fleet", func() {
		inOnceRoom(chattest.Options{}, func(ctx context.Context, r *onceRoom) {
			mint := func(_ context.Context, user chat.CommunicationUser) (chat.AccessToken, error) {
				return chat.AccessToken{Token: r.Token(chattest.User{ID: user.ID}, 0)}, nil
			}
			fleet, err := chat.NewFleet(r.Endpoint(), mint, &chat.FleetOptions{ClientOptions: *r.ClientOptions()})
			Expect(err).NotTo(HaveOccurred())
			defer fleet.Close()
			r.Fail(chattest.SendChatMessage, chattest.Fault{LoseReply: true})
			thread := fleet.As(chat.CommunicationUser{ID: r.user.ID}).ThreadClient(r.ana.ThreadID())
			Expect(thread.SendMessageOnce(ctx, "k", "Shipped", nil)).NotTo(BeZero())
			Expect(r.texts()).To(HaveExactElements("Shipped"))
		})
	})

	Context("if the context ends", func() {
		It("fails at once with an unknown outcome when the deadline does not leave time for the lag", func() {
			inOnceRoom(chattest.Options{}, func(ctx context.Context, r *onceRoom) {
				r.Fail(chattest.SendChatMessage, chattest.Fault{LoseRequest: true})
				ctx, cancel := context.WithTimeout(ctx, lag)
				defer cancel()
				start := time.Now()
				_, err := r.ana.SendMessageOnce(ctx, "k", "Shipped", nil)
				Expect(err).To(And(MatchError(chat.ErrOutcomeUnknown), MatchError(context.DeadlineExceeded)))
				Expect(err).To(MatchError(ContainSubstring("no time to wait 10s until it must be listed")))
				Expect(time.Since(start)).To(BeZero())
				Expect(r.calls()).To(Equal("send list"))
			})
		})

		It("leaves the outcome unknown, during the attempt and during the wait", func() {
			for _, fault := range []chattest.Fault{{Delay: time.Minute}, {LoseRequest: true}} {
				inOnceRoom(chattest.Options{}, func(ctx context.Context, r *onceRoom) {
					r.Fail(chattest.SendChatMessage, fault)
					ctx, cancel := context.WithCancel(ctx)
					time.AfterFunc(lag/2, cancel)
					_, err := r.ana.SendMessageOnce(ctx, "k", "Shipped", nil)
					Expect(err).To(And(MatchError(chat.ErrOutcomeUnknown), MatchError(context.Canceled)))
				})
			}
		})
	})

	Context("within the limits of its promise", func() {
		lose := func(r *onceRoom) { r.Fail(chattest.SendChatMessage, chattest.Fault{LoseReply: true}) }
		after := func(r *onceRoom, delay time.Duration, do func(id string)) {
			time.AfterFunc(delay, func() {
				defer GinkgoRecover()
				q := r.Requests(chattest.SendChatMessage)
				location := q[len(q)-1].ReplyHeader.Get("Location")
				do(location[strings.LastIndexByte(location, '/')+1:])
			})
		}

		It("leaves the outcome unknown if a message of the user that was sent since is deleted", func() {
			inOnceRoom(chattest.Options{ListingLag: 2 * time.Second}, func(ctx context.Context, r *onceRoom) {
				lose(r)
				after(r, time.Second, func(id string) { Expect(r.ana.DeleteMessage(ctx, id)).To(Succeed()) })
				_, err := r.ana.SendMessageOnce(ctx, "k", "Shipped", nil)
				Expect(err).To(And(MatchError(chat.ErrOutcomeUnknown), MatchError(chat.ErrUndecidable), MatchError(ContainSubstring("is deleted, and may have had the key"))))
				Expect(r.texts()).To(BeEmpty())
			})
		})

		It("is not disturbed by deleted messages of other users and from before", func() {
			inOnceRoom(chattest.Options{}, func(ctx context.Context, r *onceRoom) {
				mine, err := r.ana.SendMessage(ctx, "old", nil)
				Expect(err).NotTo(HaveOccurred())
				time.Sleep(2 * time.Minute)
				other, err := r.bo.SendMessage(ctx, "other", nil)
				Expect(err).NotTo(HaveOccurred())
				Expect(r.ana.DeleteMessage(ctx, mine.ID)).To(Succeed())
				Expect(r.bo.DeleteMessage(ctx, other.ID)).To(Succeed())
				r.Fail(chattest.SendChatMessage, chattest.Fault{LoseRequest: true})
				Expect(r.ana.SendMessageOnce(ctx, "k", "Shipped", nil)).NotTo(BeZero())
			})
		})

		It("finds a message with another text, and sends it again only if the key was removed", func() {
			for _, removed := range []bool{false, true} {
				inOnceRoom(chattest.Options{ListingLag: 2 * time.Second}, func(ctx context.Context, r *onceRoom) {
					lose(r)
					after(r, time.Second, func(id string) {
						update := chat.MessageUpdate{Content: new("Shipped today")}
						if removed {
							update.Metadata = map[string]string{chat.OnceKeyMember: ""}
						}
						Expect(r.ana.UpdateMessage(ctx, id, update)).To(Succeed())
					})
					Expect(r.ana.SendMessageOnce(ctx, "k", "Shipped", nil)).NotTo(BeZero())
					if removed {
						Expect(r.texts()).To(HaveExactElements("Shipped today", "Shipped"))
					} else {
						Expect(r.texts()).To(HaveExactElements("Shipped today"))
					}
				})
			}
		})

		It("sends again if the user was added again without the history", func() {
			inOnceRoom(chattest.Options{ListingLag: 2 * time.Second}, func(ctx context.Context, r *onceRoom) {
				lose(r)
				after(r, time.Second, func(string) {
					ana := chat.CommunicationUser{ID: r.user.ID}
					Expect(r.bo.RemoveParticipant(ctx, ana)).To(Succeed())
					Expect(r.bo.AddParticipants(ctx, []chat.Participant{{Identifier: ana, ShareHistoryTime: r.Now().Add(time.Second)}})).To(BeEmpty())
				})
				Expect(r.ana.SendMessageOnce(ctx, "k", "Shipped", nil)).NotTo(BeZero())
				Expect(r.texts()).To(HaveExactElements("Shipped", "Shipped"))
			})
		})

		It("sends again if the listing lags longer, and finds both then", func() {
			inOnceRoom(chattest.Options{ListingLag: lag + time.Second}, func(ctx context.Context, r *onceRoom) {
				lose(r)
				Expect(r.ana.SendMessageOnce(ctx, "k", "Shipped", nil)).NotTo(BeZero())
				Expect(r.texts()).To(HaveExactElements("Shipped", "Shipped"))
				again, err := r.ana.SendMessageOnce(ctx, "k", "Shipped", &chat.SendMessageOnceOptions{Since: time.Now().Add(-time.Hour - time.Minute)})
				Expect(err).NotTo(HaveOccurred())
				first := r.Requests(chattest.SendChatMessage)[0].ReplyHeader.Get("Location")
				Expect(first).To(HaveSuffix("/"+again.ID), "the earliest is the result")
			})
		})

		It("sends twice if two calls use the key at the same time", func() {
			inOnceRoom(chattest.Options{ListingLag: time.Second}, func(ctx context.Context, r *onceRoom) {
				failed := make(chan error)
				for range 2 {
					go func() {
						_, err := r.ana.SendMessageOnce(ctx, "k", "Shipped", &chat.SendMessageOnceOptions{Since: time.Now()})
						failed <- err
					}()
				}
				Expect(errors.Join(<-failed, <-failed)).To(Succeed())
				Expect(r.texts()).To(HaveLen(2))
			})
		})

		It("leaves the outcome unknown if the user cannot be read from the token and a message has the key", api.OtherResponses(), func(ctx SpecContext) {
			now := time.Now()
			listed := fmt.Sprintf(`{"value":[{"id":"%[1]d","type":"text","sequenceId":"3","version":"%[1]d","createdOn":"2026-01-02T03:04:05Z","senderCommunicationIdentifier":%s,"metadata":{%q:"k"}}]}`,
				now.UnixMilli(), anaOnTheWire, chat.OnceKeyMember)
			thread, wire := threadOf(fail(errReset), reply(200, listed, "Date", now.UTC().Format(http.TimeFormat)))
			_, err := thread.SendMessageOnce(ctx, "k", "Shipped", &chat.SendMessageOnceOptions{ListingLag: time.Millisecond})
			Expect(err).To(And(MatchError(chat.ErrOutcomeUnknown), MatchError(chat.ErrUndecidable), MatchError(errReset), MatchError(ContainSubstring("its sender cannot be compared"))))
			Expect(wire.Requests()).To(HaveLen(3))
			_, err = thread.SendMessageOnce(ctx, "another", "Shipped", &chat.SendMessageOnceOptions{ListingLag: time.Millisecond, Since: now})
			Expect(err).NotTo(MatchError(chat.ErrOutcomeUnknown))
			Expect(wire.Requests()[5].Method).To(Equal(http.MethodPost), "after two lists without the key")
		})
	})

	DescribeTable("rejects", func(ctx SpecContext, key string, options chat.SendMessageOnceOptions, name string) {
		thread, wire := threadOf(reply(500, ""))
		_, err := thread.SendMessageOnce(ctx, key, "Shipped", &options)
		argument, ok := errors.AsType[*chat.ArgumentError](err)
		Expect(ok).To(BeTrue(), "%v", err)
		Expect(argument.Name).To(Equal(name))
		Expect(wire.Requests()).To(BeEmpty())
	},
		Entry("an empty key", "", chat.SendMessageOnceOptions{}, "key"),
		Entry("a key of 129 bytes", strings.Repeat("k", 127)+"é", chat.SendMessageOnceOptions{}, "key"),
		Entry("a key that is not UTF-8", "k\xff", chat.SendMessageOnceOptions{}, "key"),
		Entry("metadata with the name of the member", "k",
			chat.SendMessageOnceOptions{SendMessageOptions: chat.SendMessageOptions{Metadata: map[string]string{chat.OnceKeyMember: "k"}}}, "Metadata"),
		Entry("a type that only the service writes", "k",
			chat.SendMessageOnceOptions{SendMessageOptions: chat.SendMessageOptions{Type: chat.MessageTypeTopicUpdated}}, "Type"),
	)

	It("accepts a key of 128 bytes", func(ctx SpecContext) {
		thread, _ := threadOf(reply(201, `{"id":"1"}`))
		Expect(thread.SendMessageOnce(ctx, strings.Repeat("é", 64), "Shipped", nil)).To(Equal(chat.SendMessageResult{ID: "1"}))
	})
})
