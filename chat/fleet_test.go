package chat_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
)

var (
	ada = chat.CommunicationUser{ID: "8:acs:fleet_ada"}
	ben = chat.CommunicationUser{ID: "8:acs:fleet_ben"}
	eve = chat.CommunicationUser{ID: "8:acs:fleet_eve"}
)

var _ = Describe("Fleet", func() {
	Context("with changing users", func() {
		It("sends each call with the token of its user, issued once", func(ctx SpecContext) {
			tokens := newMint(time.Hour)
			fleet, wire := fleetOf(tokens, nil, reply(http.StatusNoContent, ""))
			for range 3 {
				for _, user := range []chat.CommunicationUser{ada, ben} {
					Expect(fleet.As(user).DeleteThread(ctx, testThread)).To(Succeed())
				}
			}
			Expect(authorizations(wire)).To(Equal([]string{
				"Bearer 8:acs:fleet_ada#1", "Bearer 8:acs:fleet_ben#1",
				"Bearer 8:acs:fleet_ada#1", "Bearer 8:acs:fleet_ben#1",
				"Bearer 8:acs:fleet_ada#1", "Bearer 8:acs:fleet_ben#1",
			}))
		})

		It("reads all pages of a listing as the same user", func(ctx SpecContext) {
			fleet, wire := fleetOf(newMint(time.Hour), nil,
				reply(http.StatusOK, `{"value":[{"id":"a","topic":""}],"nextLink":"`+testEndpoint+`/chat/threads?api-version=2025-03-15&page=2"}`),
				reply(http.StatusOK, `{"value":[{"id":"b","topic":""}]}`))
			Expect(fleet.As(ben).ListThreads(nil).Collect(ctx, 0)).To(HaveLen(2))
			Expect(authorizations(wire)).To(Equal([]string{"Bearer 8:acs:fleet_ben#1", "Bearer 8:acs:fleet_ben#1"}))
		})

		It("provides thread clients", func(ctx SpecContext) {
			fleet, wire := fleetOf(newMint(time.Hour), nil, reply(http.StatusOK, ""))
			Expect(fleet.As(eve).ThreadClient(testThread).SendTypingNotification(ctx, nil)).To(Succeed())
			Expect(authorizations(wire)).To(Equal([]string{"Bearer 8:acs:fleet_eve#1"}))
		})

		It("shares connections between them", func(ctx SpecContext) {
			var connections atomic.Int32
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(http.StatusNoContent)
			}))
			server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
				if state == http.StateNew {
					connections.Add(1)
				}
			}
			server.StartTLS()
			DeferCleanup(server.Close)
			fleet, err := chat.NewFleet(server.URL, newMint(time.Hour).mint, &chat.FleetOptions{ClientOptions: *options(server.Client())})
			Expect(err).NotTo(HaveOccurred())
			for i := range 50 {
				user := chat.CommunicationUser{ID: fmt.Sprint("8:acs:", i)}
				Expect(fleet.As(user).DeleteThread(ctx, testThread)).To(Succeed())
			}
			Expect(connections.Load()).To(BeEquivalentTo(1))
		})

		It("rejects a user without a usable id, and sends no request", func(ctx SpecContext) {
			fleet, wire := fleetOf(newMint(time.Hour), nil, reply(http.StatusNoContent, ""))
			for _, id := range []string{"", ".", ".."} {
				err := fleet.As(chat.CommunicationUser{ID: id}).DeleteThread(ctx, testThread)
				argument, ok := errors.AsType[*chat.ArgumentError](err)
				Expect(ok).To(BeTrue(), "%q: %v", id, err)
				Expect(argument.Name).To(Equal("user"))
				Expect(err).To(MatchError("chat: delete thread: user " + argument.Reason))
			}
			Expect(wire.Requests()).To(BeEmpty())
		})
	})

	Context("with more users than cached tokens", func() {
		It("drops the least recently used token", func(ctx SpecContext) {
			tokens := newMint(time.Hour)
			fleet, _ := fleetOf(tokens, &chat.FleetOptions{MaxTokens: 2}, reply(http.StatusNoContent, ""))
			for _, user := range []chat.CommunicationUser{ada, ben, ada, eve, ada} {
				Expect(fleet.As(user).DeleteThread(ctx, testThread)).To(Succeed())
			}
			Expect(tokens.minted()).To(Equal(map[string]int{ada.ID: 1, ben.ID: 1, eve.ID: 1}))
			Expect(fleet.As(ben).DeleteThread(ctx, testThread)).To(Succeed())
			Expect(fleet.As(ada).DeleteThread(ctx, testThread)).To(Succeed())
			Expect(tokens.minted()).To(Equal(map[string]int{ada.ID: 1, ben.ID: 2, eve.ID: 1}))
		})

		It("keeps those in use beyond the limit, so that no token is issued twice at the same time", func() {
			bubble(func() {
				tokens := newMint(time.Hour)
				fleet, _ := fleetOf(tokens, &chat.FleetOptions{MaxTokens: 1}, slowly(reply(http.StatusNoContent, "")))
				var calls sync.WaitGroup
				for range 10 {
					for i := range 20 {
						user := chat.CommunicationUser{ID: fmt.Sprint("8:acs:", i)}
						calls.Go(func() {
							defer GinkgoRecover()
							Expect(fleet.As(user).DeleteThread(context.Background(), testThread)).To(Succeed())
						})
					}
					time.Sleep(time.Second / 2)
				}
				calls.Wait()
				Expect(tokens.minted()).To(HaveLen(20))
				Expect(tokens.minted()).To(HaveEach(1))
			})
		})
	})

	Context("when tokens expire", func() {
		It("issues one for each user, however many calls need it", func() {
			bubble(func() {
				const users, calls = 100, 10_000
				tokens := newMint(time.Hour)
				tokens.delay = 300 * time.Millisecond
				fleet, _ := fleetOf(tokens, nil, reply(http.StatusNoContent, ""))
				for round := range 2 {
					var all sync.WaitGroup
					for i := range calls {
						user := chat.CommunicationUser{ID: fmt.Sprint("8:acs:", i%users)}
						all.Go(func() {
							defer GinkgoRecover()
							Expect(fleet.As(user).DeleteThread(context.Background(), testThread)).To(Succeed())
						})
					}
					all.Wait()
					Expect(tokens.minted()).To(HaveLen(users))
					Expect(tokens.minted()).To(HaveEach(round + 1))
					time.Sleep(time.Hour) // from when the tokens came: they end now
				}
			})
		})

		It("renews a token before it expires while calls use it", func() {
			bubble(func() {
				tokens := newMint(time.Hour)
				fleet, wire := fleetOf(tokens, nil, reply(http.StatusNoContent, ""))
				for range 3 {
					Expect(fleet.As(ada).DeleteThread(context.Background(), testThread)).To(Succeed())
					synctest.Wait()
					time.Sleep(59 * time.Minute)
				}
				Expect(authorizations(wire)).To(Equal([]string{
					"Bearer 8:acs:fleet_ada#1", "Bearer 8:acs:fleet_ada#1", "Bearer 8:acs:fleet_ada#2",
				}))
			})
		})
	})

	Context("when the service refuses a token", func() {
		It("issues another for that user alone, and sends the request again", func(ctx SpecContext) {
			tokens := newMint(time.Hour)
			fleet, wire := fleetOf(tokens, nil,
				reply(http.StatusNoContent, ""), reply(http.StatusUnauthorized, ""), reply(http.StatusNoContent, ""))
			Expect(fleet.As(ben).DeleteThread(ctx, testThread)).To(Succeed())
			Expect(fleet.As(ada).DeleteThread(ctx, testThread)).To(Succeed())
			Expect(authorizations(wire)).To(Equal([]string{
				"Bearer 8:acs:fleet_ben#1", "Bearer 8:acs:fleet_ada#1", "Bearer 8:acs:fleet_ada#2",
			}))
			Expect(tokens.minted()).To(Equal(map[string]int{ada.ID: 2, ben.ID: 1}))
		})
	})

	Context("when issuing fails", func() {
		It("fails the calls of that user alone, with the cause", func(ctx SpecContext) {
			broken := errors.New("no such employee")
			fleet, _ := fleetWith(func(_ context.Context, user chat.CommunicationUser) (chat.AccessToken, error) {
				switch user {
				case ada:
					return chat.AccessToken{}, broken
				case ben:
					panic("out of cheese")
				}
				return chat.AccessToken{Token: "t", ExpiresOn: time.Now().Add(time.Hour)}, nil
			}, nil, reply(http.StatusNoContent, ""))
			Expect(fleet.As(ada).DeleteThread(ctx, testThread)).To(MatchError(broken))
			Expect(fleet.As(ben).DeleteThread(ctx, testThread)).To(MatchError(ContainSubstring("out of cheese")))
			Expect(fleet.As(eve).DeleteThread(ctx, testThread)).To(Succeed())
		})

		It("releases a call with its own context, and keeps the token that arrives later", func() {
			bubble(func() {
				tokens := newMint(time.Hour)
				tokens.delay = 5 * time.Second
				fleet, _ := fleetOf(tokens, nil, reply(http.StatusNoContent, ""))
				ctx, cancel := context.WithTimeout(context.Background(), time.Second)
				defer cancel()
				started := time.Now()
				Expect(fleet.As(ada).DeleteThread(ctx, testThread)).To(MatchError(context.DeadlineExceeded))
				Expect(time.Since(started)).To(Equal(time.Second))
				Expect(fleet.As(ada).DeleteThread(context.Background(), testThread)).To(Succeed())
				Expect(tokens.minted()).To(Equal(map[string]int{ada.ID: 1}))
			})
		})

		It("stops waiting for a mint that hangs", func() {
			bubble(func() {
				tokens := newMint(time.Hour)
				tokens.delay = time.Minute
				fleet, _ := fleetOf(tokens, &chat.FleetOptions{MintTimeout: 2 * time.Second}, reply(http.StatusNoContent, ""))
				started := time.Now()
				Expect(fleet.As(ada).DeleteThread(context.Background(), testThread)).To(MatchError(context.DeadlineExceeded))
				Expect(time.Since(started)).To(Equal(2 * time.Second))
			})
		})
	})

	Context("when it is closed", func() {
		It("stops issuing, and fails waiting and later calls", func() {
			bubble(func() {
				tokens := newMint(time.Hour)
				tokens.delay = time.Minute
				fleet, wire := fleetOf(tokens, nil, reply(http.StatusNoContent, ""))
				client, waiting := fleet.As(ada), make(chan error)
				go func() { waiting <- client.DeleteThread(context.Background(), testThread) }()
				synctest.Wait()
				started := time.Now()
				Expect(fleet.Close()).To(Succeed())
				Expect(<-waiting).To(MatchError(chat.ErrClosed))
				Expect(time.Since(started)).To(BeZero())
				Expect(client.DeleteThread(context.Background(), testThread)).To(MatchError(chat.ErrClosed))
				Expect(fleet.As(ben).DeleteThread(context.Background(), testThread)).To(And(
					MatchError(chat.ErrClosed), MatchError("chat: delete thread: the fleet is closed"),
				))
				Expect(fleet.Close()).To(Succeed())
				Expect(wire.Requests()).To(BeEmpty())
			})
		})

		It("issues no token for a call between two attempts", func() {
			bubble(func() {
				fleet, _ := fleetOf(newMint(time.Hour), nil, reply(http.StatusTooManyRequests, "", "Retry-After", "0"))
				outcome := make(chan error)
				go func() {
					ctx := policy.WithRetryOptions(context.Background(), policy.RetryOptions{RetryDelay: time.Minute})
					outcome <- fleet.As(ada).DeleteThread(ctx, testThread)
				}()
				time.Sleep(time.Second)
				Expect(fleet.Close()).To(Succeed())
				Expect(<-outcome).To(MatchError(chat.ErrClosed))
			})
		})

		It("stays open when a user's client is closed", func(ctx SpecContext) {
			fleet, _ := fleetOf(newMint(time.Hour), nil, reply(http.StatusNoContent, ""))
			client := fleet.As(ada)
			Expect(client.Close()).To(Succeed())
			Expect(client.DeleteThread(ctx, testThread)).To(And(
				MatchError(chat.ErrClosed), MatchError("chat: delete thread: the client is closed"),
			))
			Expect(fleet.As(ada).DeleteThread(ctx, testThread)).To(Succeed())
		})
	})

	DescribeTable("rejects invalid arguments", func(name string, open func() (*chat.Fleet, error)) {
		fleet, err := open()
		Expect(fleet).To(BeNil())
		argument, ok := errors.AsType[*chat.ArgumentError](err)
		Expect(ok).To(BeTrue(), "%v", err)
		Expect(argument.Name).To(Equal(name))
	},
		Entry("an endpoint over http", "endpoint", func() (*chat.Fleet, error) {
			return chat.NewFleet("http://contoso.communication.azure.com", newMint(time.Hour).mint, nil)
		}),
		Entry("a nil mint", "mint", func() (*chat.Fleet, error) { return chat.NewFleet(testEndpoint, nil, nil) }),
		Entry("a negative limit", "MaxTokens", func() (*chat.Fleet, error) {
			return chat.NewFleet(testEndpoint, newMint(time.Hour).mint, &chat.FleetOptions{MaxTokens: -1})
		}),
		Entry("a negative timeout", "MintTimeout", func() (*chat.Fleet, error) {
			return chat.NewFleet(testEndpoint, newMint(time.Hour).mint, &chat.FleetOptions{MintTimeout: -1})
		}),
	)
})

// mint counts what it mints, and takes its time.
type mint struct {
	lifetime, delay time.Duration

	mu    sync.Mutex
	count map[string]int
}

func newMint(lifetime time.Duration) *mint { return &mint{lifetime: lifetime, count: map[string]int{}} }

func (m *mint) mint(ctx context.Context, user chat.CommunicationUser) (chat.AccessToken, error) {
	m.mu.Lock()
	m.count[user.ID]++
	n := m.count[user.ID]
	m.mu.Unlock()
	if m.delay > 0 {
		select {
		case <-time.After(m.delay):
		case <-ctx.Done():
			return chat.AccessToken{}, ctx.Err()
		}
	}
	return chat.AccessToken{Token: fmt.Sprintf("%s#%d", user.ID, n), ExpiresOn: time.Now().Add(m.lifetime)}, nil
}

// minted is how often the mint was asked, by user.
func (m *mint) minted() map[string]int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return maps.Clone(m.count)
}

func fleetOf(m *mint, given *chat.FleetOptions, answers ...answer) (*chat.Fleet, *scripted) {
	GinkgoHelper()
	return fleetWith(m.mint, given, answers...)
}

func fleetWith(m func(context.Context, chat.CommunicationUser) (chat.AccessToken, error), given *chat.FleetOptions, answers ...answer) (*chat.Fleet, *scripted) {
	GinkgoHelper()
	wire := answering(answers...)
	if given == nil {
		given = &chat.FleetOptions{}
	}
	given.ClientOptions = *options(wire)
	fleet, err := chat.NewFleet(testEndpoint, m, given)
	Expect(err).NotTo(HaveOccurred())
	return fleet, wire
}

// slowly gives an answer after ten seconds.
func slowly(then answer) answer {
	return func(req *http.Request) (*http.Response, error) {
		time.Sleep(10 * time.Second)
		return then(req)
	}
}

func authorizations(wire *scripted) []string {
	var all []string
	for _, sent := range wire.Requests() {
		all = append(all, sent.Header.Get("Authorization"))
	}
	return all
}

// silent is a transport that records nothing.
type silent struct{}

func (silent) Do(req *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusNoContent, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("")), Request: req}, nil
}

// mintLong makes tokens as long as the service's.
func mintLong(_ context.Context, user chat.CommunicationUser) (chat.AccessToken, error) {
	return chat.AccessToken{Token: strings.Repeat("x", 744-len(user.ID)) + user.ID, ExpiresOn: time.Now().Add(24 * time.Hour)}, nil
}

// BenchmarkFleetCall compares with a client of its own; the user has a token.
func BenchmarkFleetCall(b *testing.B) {
	fleet, err := chat.NewFleet(testEndpoint, mintLong, &chat.FleetOptions{ClientOptions: *options(silent{})})
	if err != nil {
		b.Fatal(err)
	}
	credential, err := chat.NewTokenCredential(func(ctx context.Context) (chat.AccessToken, error) { return mintLong(ctx, ada) }, nil)
	if err != nil {
		b.Fatal(err)
	}
	own, err := chat.NewClient(testEndpoint, credential, options(silent{}))
	if err != nil {
		b.Fatal(err)
	}
	for name, client := range map[string]func() *chat.Client{
		"own client": func() *chat.Client { return own },
		"fleet":      func() *chat.Client { return fleet.As(ada) },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := client().DeleteThread(b.Context(), testThread); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
