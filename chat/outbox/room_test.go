package outbox_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/outbox"
)

// room is an emulator with a user and threads of it.
type room struct {
	*chattest.Service
	bot     chat.CommunicationUser
	user    chattest.User
	threads []string
	fleet   *chat.Fleet
	address string // of the emulator for workers
	held    atomic.Pointer[hold]
}

// newRoom starts an emulator on a socket, which a worker in another process needs too.
func newRoom(threads int, adjust ...func(*chat.FleetOptions)) *room {
	GinkgoHelper()
	service, err := chattest.Open(nil)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(service.Close)
	r := &room{Service: service, user: service.NewUser()}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		service.ServeHTTP(&heldWriter{w, request, r.held.Load()}, request)
	}))
	DeferCleanup(server.Close)
	r.address = server.URL
	r.bot = chat.CommunicationUser{ID: r.user.ID}
	for i := range threads {
		created, err := service.Client(r.user).CreateThread(context.Background(), fmt.Sprintf("Order %d", i), nil)
		Expect(err).NotTo(HaveOccurred())
		r.threads = append(r.threads, created.Thread.ID)
	}
	r.fleet = newFleet(r.address, mintOne(r.Token(r.user, 24*time.Hour, "chat")), adjust...)
	return r
}

// hold is what responses wait for.
type hold struct {
	method   string
	released chan struct{}
}

// hold makes the responses to requests with a method wait until the returned function is called. The requests take effect before.
func (r *room) hold(method string) (release func()) {
	h := &hold{method, make(chan struct{})}
	r.held.Store(h)
	release = sync.OnceFunc(func() {
		r.held.Store(nil)
		close(h.released)
	})
	DeferCleanup(release)
	return release
}

// heldWriter writes a response when it may be written.
type heldWriter struct {
	http.ResponseWriter

	request *http.Request
	hold    *hold // nil for none
}

// WriteHeader implements [http.ResponseWriter].
func (w *heldWriter) WriteHeader(status int) {
	if w.hold != nil && w.hold.method == w.request.Method {
		select {
		case <-w.hold.released:
		case <-w.request.Context().Done():
		}
	}
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap is for [http.ResponseController].
func (w *heldWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

type mint = func(context.Context, chat.CommunicationUser) (chat.AccessToken, error)

// mintOne issues the same token for every user.
func mintOne(token string) mint {
	return func(context.Context, chat.CommunicationUser) (chat.AccessToken, error) {
		return chat.AccessToken{Token: token, ExpiresOn: time.Now().Add(24 * time.Hour)}, nil
	}
}

func newFleet(endpoint string, mint mint, adjust ...func(*chat.FleetOptions)) *chat.Fleet {
	GinkgoHelper()
	options := &chat.FleetOptions{}
	options.InsecureAllowCredentialWithHTTP = true
	for _, f := range adjust {
		f(options)
	}
	fleet, err := chat.NewFleet(endpoint, mint, options)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(fleet.Close)
	return fleet
}

// message returns a message for a thread, whose text is its key.
func (r *room) message(thread int, key string) outbox.Message {
	return outbox.Message{User: r.bot, ThreadID: r.threads[thread], Key: key, Content: key}
}

// texts are the texts of a thread, the oldest first.
func (r *room) texts(thread int) []string {
	texts := []string{}
	for _, m := range r.Messages(r.threads[thread]) {
		if m.Type == chat.MessageTypeText {
			texts = append(texts, m.Content.Message)
		}
	}
	return texts
}

// put enqueues messages, in one transaction.
func put[Tx any](ctx context.Context, d *database[Tx], messages ...outbox.Message) {
	GinkgoHelper()
	Expect(outbox.InTx(ctx, d.Outbox, func(tx Tx) error {
		for _, m := range messages {
			if err := d.Enqueue(ctx, tx, m); err != nil {
				return err
			}
		}
		return nil
	})).To(Succeed())
}

// quick are options with short waits.
func quick() *outbox.Options {
	return &outbox.Options{PollInterval: 50 * time.Millisecond, ListingLag: -1, RetryDelay: 50 * time.Millisecond}
}

// newWorker returns a worker of the room.
func newWorker[Tx any](d *database[Tx], r *room, options *outbox.Options) *outbox.Worker[Tx] {
	GinkgoHelper()
	w, err := outbox.NewWorker(d.Outbox, r.fleet, options)
	Expect(err).NotTo(HaveOccurred())
	return w
}

// start runs a worker until the returned function is called, which returns the error of Run. A worker that has lost its lock, which it may
// if the process stands still for seconds, is run again.
func start[Tx any](ctx context.Context, w *outbox.Worker[Tx]) (stop func() error) {
	return startRun(ctx, func(ctx context.Context) error {
		for {
			if err := w.Run(ctx); !errors.Is(err, outbox.ErrLockLost) {
				return err
			}
		}
	})
}

// startRun is start for another function.
func startRun(ctx context.Context, run func(context.Context) error) (stop func() error) {
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- run(ctx) }()
	stopped := false
	var err error
	stop = func() error {
		if cancel(); !stopped {
			err, stopped = <-ended, true
		}
		return err
	}
	DeferCleanup(func() { _ = stop() })
	return stop
}

// numbered returns n keys.
func numbered(n int) []string {
	keys := make([]string, n)
	for i := range keys {
		keys[i] = fmt.Sprintf("%05d", i)
	}
	return keys
}

// settled waits until no message is pending.
func settled[Tx any](ctx context.Context, d *database[Tx]) {
	GinkgoHelper()
	Expect(strays(ctx, d, time.Minute)).To(BeZero())
}

// strays returns how many messages are pending, none or those of which none has been settled for some time.
func strays[Tx any](ctx context.Context, d *database[Tx], within time.Duration) (pending int) {
	GinkgoHelper()
	began := time.Now()
	for ; ; time.Sleep(20 * time.Millisecond) {
		counts, err := d.Counts(ctx)
		Expect(err).NotTo(HaveOccurred())
		if n := counts[outbox.Pending]; n != pending {
			pending, began = n, time.Now()
		}
		if pending == 0 || time.Since(began) > within {
			return pending
		}
	}
}

func join(texts []string) string { return strings.Join(texts, " ") }
