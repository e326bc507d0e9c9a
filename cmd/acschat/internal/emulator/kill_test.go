package emulator_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gexec"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/identity"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/clitest"
)

// The default of ACSCHAT_KILL_ROUNDS, how often the emulator is killed, and the number of writers.
const (
	killRounds = 5
	writers    = 16
)

var _ = Describe("emulator, killed under load", func() {
	It("keeps all acknowledged writes, in order, and no partial ones", func(ctx SpecContext) {
		rounds := killRounds
		if text := os.Getenv("ACSCHAT_KILL_ROUNDS"); text != "" {
			var err error
			rounds, err = strconv.Atoi(text)
			Expect(err).NotTo(HaveOccurred())
		}
		random := rand.New(rand.NewPCG(uint64(GinkgoRandomSeed()), 0))
		sh, data := emptyShell(), GinkgoT().TempDir()
		emulator, process := emulateProcess(sh, "--data", data)
		load := newLoad(ctx, emulator)
		for round := range rounds {
			deadline := 50 + random.IntN(200)
			By(fmt.Sprintf("round %d: killed at acknowledgement %d", round, deadline))
			load.run(ctx, emulator, deadline, func() { process.Kill() })
			Eventually(process).Should(gexec.Exit())
			emulator, process = emulateProcess(sh, "--data", data)
			load.journal.verify(ctx, load.clients(emulator))
		}
		GinkgoWriter.Printf("%d rounds: %s\n", rounds, load.journal)
		emulator.http.CloseIdleConnections()
		Eventually(process.Interrupt()).Should(gexec.Exit(0))
	})
})

// emulateProcess is like emulate but starts a process, which can be killed.
func emulateProcess(s *clitest.Shell, args ...string) (*running, *gexec.Session) {
	GinkgoHelper()
	file := filepath.Join(GinkgoT().TempDir(), "ready.json")
	session, err := gexec.Start(s.Self(append([]string{"emulator", "--addr", "127.0.0.1:0", "--ready-file", file}, args...)...), GinkgoWriter, GinkgoWriter)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func() { session.Kill().Wait() })
	return reach(session, file), session
}

// load is a set of writers that send messages continually, to shared threads and to new ones.
type load struct {
	journal *journal
	people  []identity.UserAndToken
	shared  []*threadEntry
	steps   atomic.Int64
}

func newLoad(ctx context.Context, emulator *running) *load {
	GinkgoHelper()
	l := &load{journal: newJournal()}
	for range 4 {
		l.people = append(l.people, emulator.newUser(ctx))
	}
	for range 3 {
		thread, err := l.create(ctx, l.clients(emulator)[0])
		Expect(err).NotTo(HaveOccurred())
		l.shared = append(l.shared, thread)
	}
	return l
}

func (l *load) clients(emulator *running) (clients []*chat.Client) {
	for _, person := range l.people {
		clients = append(clients, emulator.chat(person))
	}
	return clients
}

// run writes until a number of writes is acknowledged, kills the emulator, and returns when every writer has stopped.
func (l *load) run(ctx context.Context, emulator *running, deadline int, kill func()) {
	GinkgoHelper()
	var acknowledged atomic.Int64
	var wg sync.WaitGroup
	clients := l.clients(emulator)
	for n := range writers {
		wg.Go(func() {
			defer GinkgoRecover()
			for {
				if err := l.write(ctx, clients[n%len(clients)], n); err != nil {
					Expect(acknowledged.Load()).To(BeNumerically(">=", deadline), "a request failed before the emulator was killed: %v", err)
					return
				}
				if acknowledged.Add(1) == int64(deadline) {
					kill()
				}
			}
		})
	}
	wg.Wait()
}

// write makes one request of a writer: usually a message, sometimes an edit of one or a new thread.
func (l *load) write(ctx context.Context, client *chat.Client, writer int) error {
	thread := l.shared[writer%len(l.shared)]
	switch step := l.steps.Add(1); {
	case step%24 == 0:
		_, err := l.create(ctx, client)
		return err
	case step%5 == 0:
		return l.edit(ctx, client, thread, writer)
	}
	return l.send(ctx, client, thread, writer)
}

func (l *load) create(ctx context.Context, client *chat.Client) (*threadEntry, error) {
	var people []chat.Participant
	for _, person := range l.people {
		people = append(people, chat.Participant{Identifier: person.User})
	}
	thread := l.journal.creating(len(people))
	created, err := client.CreateThread(ctx, thread.topic, &chat.CreateThreadOptions{Participants: people})
	if err == nil {
		l.journal.created(thread, created.Thread.ID)
	}
	return thread, err
}

func (l *load) send(ctx context.Context, client *chat.Client, thread *threadEntry, writer int) error {
	message := l.journal.sending(thread, writer)
	sent, err := client.ThreadClient(thread.id).SendMessage(ctx, message.text(0), nil)
	if err == nil {
		l.journal.sent(message, sent.ID)
	}
	return err
}

func (l *load) edit(ctx context.Context, client *chat.Client, thread *threadEntry, writer int) error {
	message, edition := l.journal.editing(thread, writer)
	if message == nil {
		return l.send(ctx, client, thread, writer)
	}
	err := client.ThreadClient(thread.id).UpdateMessage(ctx, message.id, chat.MessageUpdate{Content: new(message.text(edition))})
	if err == nil {
		l.journal.edited(message, edition)
	}
	return err
}
