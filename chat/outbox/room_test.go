package outbox_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strings"
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
}

// newRoom starts an emulator on a socket, which a worker in another process needs too.
func newRoom(threads int, adjust ...func(*chat.FleetOptions)) *room {
	GinkgoHelper()
	service, err := chattest.Open(nil)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(service.Close)
	server := httptest.NewServer(service)
	DeferCleanup(server.Close)
	r := &room{Service: service, user: service.NewUser(), address: server.URL}
	r.bot = chat.CommunicationUser{ID: r.user.ID}
	for i := range threads {
		created, err := service.Client(r.user).CreateThread(context.Background(), fmt.Sprintf("Order %d", i), nil)
		Expect(err).NotTo(HaveOccurred())
		r.threads = append(r.threads, created.Thread.ID)
	}
	r.fleet = newFleet(r.address, mintOne(r.Token(r.user, 24*time.Hour, "chat")), adjust...)
	return r
}

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

// start runs a worker until the returned function is called, which returns the error of Run.
func start[Tx any](ctx context.Context, w *outbox.Worker[Tx]) (stop func() error) {
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- w.Run(ctx) }()
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
func settled[Tx any](ctx context.Context, d *database[Tx], within time.Duration) {
	GinkgoHelper()
	Eventually(func() (map[outbox.State]int, error) { return d.Counts(ctx) }).WithTimeout(within).WithPolling(20*time.Millisecond).
		ShouldNot(HaveKey(outbox.Pending), "%v", within)
}

func join(texts []string) string { return strings.Join(texts, " ") }
