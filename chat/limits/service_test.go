package limits_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/identity"
	"github.com/acschat/acs-chat-go/chat/limits"
)

// jitter delays requests on their way and their responses on the way back, by up to 300 ms each.
type jitter struct{ next http.RoundTripper }

func (j jitter) Do(req *http.Request) (*http.Response, error) {
	time.Sleep(rand.N(300 * time.Millisecond))
	resp, err := j.next.RoundTrip(req)
	time.Sleep(rand.N(300 * time.Millisecond))
	return resp, err
}

var _ = Describe("A service that enforces the limits", func() {
	// inService runs f in virtual time with an emulator.
	inService := func(f func(ctx context.Context, s *chattest.Service)) {
		GinkgoHelper()
		bubble(func() {
			s, err := chattest.Open(api.Watch(&chattest.Options{EnforceLimits: true}))
			Expect(err).NotTo(HaveOccurred())
			defer func() { Expect(s.Close()).To(Succeed()) }()
			f(context.Background(), s)
		})
	}
	refused := func(s *chattest.Service) (n int) {
		for _, q := range s.Requests() {
			if q.Status == http.StatusTooManyRequests {
				n++
			}
		}
		return n
	}
	options := func(s *chattest.Service, l *limits.Limiter) *chat.ClientOptions {
		o := s.ClientOptions()
		o.Transport, o.Limiter = jitter{s.Transport()}, l
		return o
	}

	It("refuses no request of many clients that share a limiter, and its limits are used", func() {
		inService(func(ctx context.Context, s *chattest.Service) {
			const minutes, threads, users = 2, 2, 2
			l := limits.New(nil)
			people := s.NewUsers(users)
			var others []chat.Participant
			for _, user := range people[1:] {
				others = append(others, chat.Participant{Identifier: chat.CommunicationUser{ID: user.ID}})
			}
			clients := make([]*chat.Client, users)
			for i, user := range people {
				var err error
				clients[i], err = chat.NewClient(s.Endpoint(), s.Credential(user), options(s, l))
				Expect(err).NotTo(HaveOccurred())
				defer clients[i].Close()
			}
			var sent, listed, typed atomic.Int64
			var all sync.WaitGroup
			end := time.Now().Add(minutes * time.Minute)
			repeat := func(count *atomic.Int64, f func() error) {
				for range 3 { // goroutines
					all.Go(func() {
						defer GinkgoRecover()
						for time.Now().Before(end) {
							Expect(f()).To(Succeed())
							count.Add(1)
						}
					})
				}
			}
			s.Fail(chattest.ListChatMessages, chattest.Fault{LoseReply: true, Every: 50}) // retries count too
			for range threads {
				created, err := clients[0].CreateThread(ctx, "Limits", &chat.CreateThreadOptions{Participants: others})
				Expect(err).NotTo(HaveOccurred())
				for _, client := range clients {
					thread := client.ThreadClient(created.Thread.ID)
					repeat(&sent, func() error {
						_, err := thread.SendMessage(ctx, "hello", nil)
						return err
					})
					repeat(&listed, func() error {
						_, err := thread.ListMessages(nil).Collect(ctx, 1)
						return err
					})
					repeat(&typed, func() error { return thread.SendTypingNotification(ctx, nil) })
				}
			}
			all.Wait()
			Expect(refused(s)).To(BeZero())
			for name, use := range map[string]float64{
				"sending": float64(sent.Load()) / (30 * minutes * threads),
				"listing": float64(len(s.Requests(chattest.ListChatMessages))) / (400 * minutes * threads), // the limit of all users in a thread
				"typing":  float64(typed.Load()) / (30 * minutes * threads),
			} {
				AddReportEntry(name, use)
				Expect(use).To(BeNumerically(">", 0.97), name)
			}
		})
	})

	It("refuses no request of an identity client", func() {
		inService(func(ctx context.Context, s *chattest.Service) {
			client, err := identity.NewClientFromConnectionString(s.ConnectionString(), &identity.ClientOptions{
				ClientOptions: s.ClientOptions().ClientOptions, Limiter: limits.New(nil),
			})
			Expect(err).NotTo(HaveOccurred())
			start := time.Now()
			for range 2500 {
				_, err := client.CreateUser(ctx, nil)
				Expect(err).NotTo(HaveOccurred())
			}
			Expect(time.Since(start)).To(BeNumerically("~", time.Minute, time.Second))
			Expect(refused(s)).To(BeZero())
		})
	})

	It("gets nothing if the wait does not fit the deadline", func() {
		inService(func(ctx context.Context, s *chattest.Service) {
			l := limits.New(nil)
			client, err := chat.NewClient(s.Endpoint(), s.Credential(s.NewUser()), options(s, l))
			Expect(err).NotTo(HaveOccurred())
			defer client.Close()
			created, err := client.CreateThread(ctx, "Limits", nil)
			Expect(err).NotTo(HaveOccurred())
			thread := client.ThreadClient(created.Thread.ID)
			for range 10 {
				_, err := thread.SendMessage(ctx, "hello", nil)
				Expect(err).NotTo(HaveOccurred())
			}
			hurried, cancel := context.WithTimeout(ctx, 3*time.Second)
			defer cancel()
			_, err = thread.SendMessage(hurried, "hello", nil)
			Expect(err).To(And(MatchError(chat.ErrThrottled), Not(MatchError(chat.ErrOutcomeUnknown))))
			Expect(err).To(MatchError(HavePrefix("chat: send message: the limit is 10 in 10s per thread to send, update and delete messages: ")))
			exceeded, ok := errors.AsType[*limits.ExceededError](err)
			Expect(ok).To(BeTrue())
			Expect(exceeded.Wait).To(BeNumerically("<=", 10*time.Second))
			Expect(s.Requests(chattest.SendChatMessage)).To(HaveLen(10))
		})
	})

	It("delays the next request after a 429 that another program has caused", func() {
		inService(func(ctx context.Context, s *chattest.Service) {
			user := s.NewUser()
			foreign := s.Client(user)
			created, err := foreign.CreateThread(ctx, "Limits", nil)
			Expect(err).NotTo(HaveOccurred())
			for range 10 {
				_, err := foreign.ThreadClient(created.Thread.ID).SendMessage(ctx, "hello", nil)
				Expect(err).NotTo(HaveOccurred())
			}
			patient := options(s, limits.New(nil))
			patient.Retry.MaxRetryDelay = time.Minute
			client, err := chat.NewClient(s.Endpoint(), s.Credential(user), patient)
			Expect(err).NotTo(HaveOccurred())
			defer client.Close()
			for range 15 {
				_, err := client.ThreadClient(created.Thread.ID).SendMessage(ctx, "hello", nil)
				Expect(err).NotTo(HaveOccurred())
			}
			Expect(refused(s)).To(Equal(1))
		})
	})
})
