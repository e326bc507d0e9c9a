package soak_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gleak"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
)

const (
	workers      = 64 // goroutines that call at the same time
	fullSends    = 20_000
	shortSends   = 600
	listingLag   = 2 * time.Second // in which the service has finished every request that it has received
	sendsThreads = 64
)

// sends is the number of messages of a run, of each of the two methods.
func sends() int {
	if full {
		return fullSends
	}
	return shortSends
}

// roughListener resets one connection in a number of them, after up to a number of bytes.
type roughListener struct {
	net.Listener
	one, bytes      int64
	accepted, reset atomic.Int64
}

func (l *roughListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil || l.accepted.Add(1)%l.one != 0 {
		return conn, err
	}
	c := &roughConn{Conn: conn, listener: l}
	c.left.Store(rand.Int64N(l.bytes))
	return c, nil
}

// roughConn sends an RST packet once a number of bytes has passed.
type roughConn struct {
	net.Conn
	listener *roughListener
	left     atomic.Int64
	once     sync.Once
}

func (c *roughConn) Read(p []byte) (int, error) { n, err := c.Conn.Read(p); return n, c.spend(n, err) }
func (c *roughConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	return n, c.spend(n, err)
}

func (c *roughConn) spend(n int, err error) error {
	if c.left.Add(-int64(n)) > 0 {
		return err
	}
	c.once.Do(func() {
		c.listener.reset.Add(1)
		if socket, ok := c.Conn.(*net.TCPConn); ok {
			_ = socket.SetLinger(0)
		}
		_ = c.Close()
	})
	return net.ErrClosed
}

// rough is a service behind a listener on loopback that resets connections, over one version of HTTP.
type rough struct {
	*chattest.Service
	server   *httptest.Server
	listener *roughListener
	user     chattest.User
	client   *chat.Client
	watch    *watch
	faults   []*chattest.InjectedFault
}

// openRough opens the service. It resets one connection in ten within some calls, or each after up to a number of bytes over HTTP/2, where
// all calls share it. Everything is closed when the spec ends, and no goroutine is left.
func openRough(version int, bytes int64) *rough {
	before := gleak.Goroutines()
	service, err := chattest.Open(nil)
	Expect(err).NotTo(HaveOccurred())
	r := &rough{Service: service, user: service.NewUser()}
	token := service.Token(r.user, 0)
	r.watch = newWatch(token)
	credential, err := chat.NewStaticTokenCredential(chat.AccessToken{Token: token})
	Expect(err).NotTo(HaveOccurred())
	var requests atomic.Int64
	r.server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if version == 1 && requests.Add(1)%20 == 0 {
			w.Header().Set("Connection", "close") // so that there are many connections
		}
		service.ServeHTTP(w, req)
	}))
	r.server.EnableHTTP2 = version == 2
	r.server.Config.ErrorLog = slog.NewLogLogger(r.watch.logger().Handler(), slog.LevelError)
	r.listener = &roughListener{Listener: r.server.Listener, one: 10, bytes: 8_000}
	if version == 2 {
		r.listener.one, r.listener.bytes = 1, bytes
	}
	r.server.Listener = r.listener
	r.server.StartTLS()
	Expect(service.SetEndpoint(r.server.URL)).To(Succeed())

	transport := r.server.Client().Transport.(*http.Transport)
	transport.MaxIdleConnsPerHost = workers
	options := &chat.ClientOptions{RetryBudget: -1, Logger: r.watch.logger()}
	options.Transport = &http.Client{Transport: transport}
	options.TracingProvider = r.watch.tracing()
	options.Retry = policy.RetryOptions{RetryDelay: time.Millisecond, MaxRetryDelay: 10 * time.Millisecond}
	r.client, err = chat.NewClient(r.server.URL, credential, options)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func() {
		r.client.Close()
		Expect(credential.Close()).To(Succeed())
		transport.CloseIdleConnections()
		r.server.Close()
		r.watch.check("sends", r.client, credential, options)
		if full {
			Expect(version == 2 || r.listener.reset.Load() > 0).To(BeTrue(), "no connection was reset")
			for _, fault := range r.faults {
				Expect(fault.Fired()).To(BeNumerically(">", 0), "%+v", fault.Fault())
			}
		}
		service.Reset() // Ginkgo keeps what a cleanup refers to, and the table watches the heap
		Expect(service.Close()).To(Succeed())
		Eventually(gleak.Goroutines).WithPolling(50 * time.Millisecond).ShouldNot(gleak.HaveLeaked(before))
	})
	return r
}

// inject makes an operation fail at the rates of the runs.
func (r *rough) inject(op chattest.Operation) {
	for _, fault := range []chattest.Fault{
		{LoseReply: true, Every: 10},
		{Status: http.StatusTooManyRequests, RetryAfter: 5 * time.Millisecond, Every: 20},
		{LoseRequest: true, Every: 50},
		{Status: http.StatusServiceUnavailable, Every: 70},
	} {
		r.faults = append(r.faults, r.Fail(op, fault))
	}
}

// deadline is the context of a call: one in four has little time.
func deadline(ctx context.Context) (context.Context, context.CancelFunc) {
	if rand.IntN(4) == 0 {
		return context.WithTimeout(ctx, time.Duration(rand.Int64N(int64(60*time.Millisecond))))
	}
	return context.WithTimeout(ctx, time.Minute)
}

// each runs n calls in the workers.
func each(n int, call func(i int)) {
	var next atomic.Int64
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			defer GinkgoRecover()
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				call(i)
			}
		})
	}
	group.Wait()
}

// tally counts outcomes.
type tally struct {
	mu     sync.Mutex // guards counts
	counts map[string]int
}

func (t *tally) add(outcome string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.counts == nil {
		t.counts = make(map[string]int)
	}
	t.counts[outcome]++
}

// result is what a caller was told about a message.
type result struct {
	id      string
	unknown bool
}

// message is the text of a message, which no log contains.
func message(i int) string { return fmt.Sprint(secretText, " ", i) }

// end counts the outcome of a call, and looks for secrets in its error.
func (r *rough) end(outcomes *tally, err error) {
	outcomes.add(outcomeOf(err))
	r.watch.see(err)
}

func (r *rough) threads(ctx context.Context) (threads []*chat.ThreadClient) {
	for range sendsThreads {
		created, err := r.Client(r.user).CreateThread(ctx, "sends", nil)
		Expect(err).NotTo(HaveOccurred())
		threads = append(threads, r.client.ThreadClient(created.Thread.ID))
	}
	return threads
}

// verify compares what callers were told with what the threads contain.
func (r *rough) verify(threads []*chat.ThreadClient, told []result) {
	GinkgoHelper()
	found := make(map[string][]string)
	for _, thread := range threads {
		for _, m := range r.Messages(thread.ThreadID()) {
			found[m.Content.Message] = append(found[m.Content.Message], m.ID)
		}
	}
	for i, was := range told {
		ids := found[message(i)]
		switch {
		case len(ids) > 1:
			Fail(fmt.Sprintf("message %d was sent %d times", i, len(ids)))
		case was.unknown:
		case was.id == "" && len(ids) > 0:
			Fail(fmt.Sprintf("message %d was reported as not sent, and was", i))
		case was.id != "" && !slices.Equal(ids, []string{was.id}):
			Fail(fmt.Sprintf("message %d was reported as %s, and is %v", i, was.id, ids))
		}
	}
}

var _ = Describe("Calls from 64 goroutines, over connections that break", Serial, func() {
	for _, version := range []int{1, 2} {
		over := fmt.Sprintf(", over HTTP/%d", version)

		It("send each message once at most, and tell what became of it"+over, func(ctx SpecContext) {
			r := openRough(version, 50_000)
			threads := r.threads(ctx)
			r.inject(chattest.SendChatMessage)
			told, outcomes := make([]result, sends()/2), &tally{}
			began := time.Now()
			each(len(told), func(i int) {
				limited, cancel := deadline(ctx)
				defer cancel()
				sent, err := threads[i%len(threads)].SendMessage(limited, message(i), nil)
				told[i] = result{sent.ID, errors.Is(err, chat.ErrOutcomeUnknown)}
				r.end(outcomes, err)
			})
			took := time.Since(began)
			r.server.Close() // and wait for what it has received
			r.verify(threads, told)
			Expect(outcomes.counts).To(And(HaveKey("ok"), HaveKey("unknown")))
			figure("SendMessage"+over, r.figures(len(told), took, outcomes))
		})

		It("send each message with SendMessageOnce exactly once, if it is called until it knows"+over, func(ctx SpecContext) {
			r := openRough(version, 2_000_000)
			threads := r.threads(ctx)
			r.inject(chattest.SendChatMessage)
			r.inject(chattest.ListChatMessages)
			told, outcomes := make([]result, sends()/2), &tally{}
			began := time.Now()
			each(len(told), func(i int) {
				options := &chat.SendMessageOnceOptions{ListingLag: listingLag}
				first := time.Now()
				for ctx.Err() == nil {
					limited, cancel := deadline(ctx)
					sent, err := threads[i%len(threads)].SendMessageOnce(limited, fmt.Sprint("key ", i), message(i), options)
					cancel()
					r.end(outcomes, err)
					if err == nil {
						told[i] = result{id: sent.ID}
						return
					}
					if !errors.Is(err, chat.ErrOutcomeUnknown) {
						Expect(r.Messages(threads[i%len(threads)].ThreadID())).NotTo(ContainElement(HaveField("Content.Message", message(i))),
							"reported as not sent, and was")
					}
					options.Since = first
				}
			})
			took := time.Since(began)
			r.server.Close() // and wait for what it has received
			r.verify(threads, told)
			figure("SendMessageOnce"+over, r.figures(len(told), took, outcomes))
		})

		It("create no thread twice"+over, func(ctx SpecContext) {
			r := openRough(version, 2_000_000)
			r.inject(chattest.CreateChatThread)
			told, outcomes := make([]result, sends()/10), &tally{}
			each(len(told), func(i int) {
				limited, cancel := deadline(ctx)
				defer cancel()
				created, err := r.client.CreateThread(limited, fmt.Sprint("thread ", i), nil)
				told[i] = result{created.Thread.ID, err != nil}
				r.end(outcomes, err)
			})
			r.server.Close() // and wait for what it has received
			found := make(map[string][]string)
			for _, thread := range r.Threads() {
				found[thread.Topic] = append(found[thread.Topic], thread.ID)
			}
			for i, was := range told {
				ids := found[fmt.Sprint("thread ", i)]
				Expect(len(ids)).To(BeNumerically("<=", 1), "thread %d", i)
				if !was.unknown {
					Expect(ids).To(HaveExactElements(was.id))
				}
			}
			figure("CreateThread"+over, fmt.Sprint(outcomes.counts))
		})

		It("add participants, or report those who were not added"+over, func(ctx SpecContext) {
			r := openRough(version, 2_000_000)
			threads := r.threads(ctx)
			r.inject(chattest.AddChatParticipants)
			calls := max(80, sends()/20)
			added, foreign := r.NewUsers(calls), make([]chattest.User, calls)
			for i := range foreign {
				foreign[i] = r.ForeignUser()
			}
			succeeded, outcomes := make([]bool, calls), &tally{}
			each(calls, func(i int) {
				limited, cancel := deadline(ctx)
				defer cancel()
				failed, err := threads[i%len(threads)].AddParticipants(limited, []chat.Participant{
					{Identifier: chat.CommunicationUser{ID: added[i].ID}}, {Identifier: chat.CommunicationUser{ID: foreign[i].ID}},
				})
				r.end(outcomes, err)
				if succeeded[i] = err == nil; succeeded[i] {
					Expect(failed).To(HaveExactElements(HaveField("Participant.Identifier", chat.Identifier(chat.CommunicationUser{ID: foreign[i].ID}))))
				}
			})
			r.server.Close() // and wait for what it has received
			count := make(map[string]int)
			for _, thread := range threads {
				for _, p := range r.Participants(thread.ThreadID()) {
					count[p.Identifier.(chat.CommunicationUser).ID]++
				}
			}
			for i := range calls {
				Expect(count[foreign[i].ID]).To(BeZero())
				Expect(count[added[i].ID]).To(BeNumerically("<=", 1))
				Expect(!succeeded[i] || count[added[i].ID] == 1).To(BeTrue(), "participant %d is missing", i)
			}
			figure("AddParticipants"+over, fmt.Sprint(outcomes.counts))
		})

		It("list everything once while others write"+over, func(ctx SpecContext) {
			r := openRough(version, 2_000_000)
			thread := r.threads(ctx)[0]
			for _, op := range []chattest.Operation{chattest.ListChatMessages, chattest.ListChatThreads} {
				r.inject(op)
			}
			writer := r.Client(r.user)
			var mu sync.Mutex // guards sent and created
			var sent, created []string
			// Each listing lets others write, so that what is listed does not grow with the time that it takes.
			turns := make(chan struct{}, 40)
			for range cap(turns) {
				turns <- struct{}{}
			}
			var writing, listing sync.WaitGroup
			for range 4 {
				writing.Go(func() {
					defer GinkgoRecover()
					i := 0
					for range turns {
						m, err := writer.ThreadClient(thread.ThreadID()).SendMessage(ctx, secretText, nil)
						Expect(err).NotTo(HaveOccurred())
						mu.Lock()
						sent = append(sent, m.ID)
						mu.Unlock()
						if i++; i%10 == 1 {
							t, err := writer.CreateThread(ctx, "a thread", nil)
							Expect(err).NotTo(HaveOccurred())
							mu.Lock()
							created = append(created, t.Thread.ID)
							mu.Unlock()
						}
					}
				})
			}
			outcomes := &tally{}
			// complete expects a listing to have what existed when it began, and nothing twice. All attempts of a request can be hit by
			// faults: the listing fails then, and is repeated.
			complete := func(what string, known *[]string, list func() ([]string, error)) int {
				mu.Lock()
				before := slices.Clone(*known)
				mu.Unlock()
				var ids []string
				var err error
				for range 3 {
					select {
					case turns <- struct{}{}:
					default:
					}
				}
				for range 10 {
					ids, err = list()
					if r.end(outcomes, err); err == nil {
						break
					}
				}
				Expect(err).NotTo(HaveOccurred(), what)
				slices.Sort(ids)
				Expect(slices.Compact(slices.Clone(ids))).To(HaveLen(len(ids)), "%s listed twice", what)
				for _, id := range before {
					_, found := slices.BinarySearch(ids, id)
					Expect(found).To(BeTrue(), "%s %s is not listed", what, id)
				}
				return len(ids)
			}
			var items atomic.Int64
			for range 8 {
				listing.Go(func() {
					defer GinkgoRecover()
					for range sends() / 300 {
						items.Add(int64(complete("message", &sent, func() ([]string, error) {
							messages, err := thread.ListMessages(&chat.ListMessagesOptions{PageSize: 100}).Collect(ctx, 0)
							return idsOf(messages, func(m chat.Message) string { return m.ID }), err
						})))
						items.Add(int64(complete("thread", &created, func() ([]string, error) {
							threads, err := r.client.ListThreads(&chat.ListThreadsOptions{PageSize: 50}).Collect(ctx, 0)
							threads = slices.DeleteFunc(threads, func(t chat.ThreadItem) bool { return t.ID == thread.ThreadID() }) // each message moves it
							return idsOf(threads, func(t chat.ThreadItem) string { return t.ID }), err
						})))
					}
				})
			}
			listing.Wait()
			close(turns)
			writing.Wait()
			figure("Listings"+over, fmt.Sprintf("%d items listed while %d messages and %d threads were written; listings: %v",
				items.Load(), len(sent), len(created), outcomes.counts))
		})
	}
})

func idsOf[T any](items []T, id func(T) string) (ids []string) {
	for _, item := range items {
		ids = append(ids, id(item))
	}
	return ids
}

func (r *rough) figures(calls int, took time.Duration, outcomes *tally) string {
	return fmt.Sprintf("%d messages in %s, %d of %d connections reset; calls: %s", calls, took.Round(time.Second/10), r.listener.reset.Load(), r.listener.accepted.Load(), strings.TrimPrefix(fmt.Sprint(outcomes.counts), "map"))
}
