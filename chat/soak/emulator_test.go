package soak_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gbytes"
	"github.com/onsi/gomega/gexec"
	"github.com/onsi/gomega/gleak"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/events"
	"github.com/acschat/acs-chat-go/chat/identity"
	"github.com/acschat/acs-chat-go/chat/realtime"
)

const emulatorClients = 64

// emulatorRun is how long the emulator is under load, and how often it is killed.
func emulatorRun() (length time.Duration, kills int) {
	if full {
		return 10 * time.Minute, 8
	}
	return 5 * time.Second, 1
}

// emulator is the program with --data, which is killed and started again at the same address.
type emulator struct {
	binary, folder, address string
	session                 *gexec.Session
	watch                   *watch // of all clients, for errors and what the process prints, which has the access key
	identities              *identity.Client
	keys                    *watch // of identities
	ready                   struct{ Endpoint, ConnectionString, CAFile string }
	// generation is odd from the moment before the process is killed until it is ready again.
	generation atomic.Int64
}

func buildEmulator(ctx context.Context) *emulator {
	e := &emulator{
		folder: GinkgoT().TempDir(), address: "127.0.0.1:0", watch: &watch{secrets: []string{secretText}},
		keys: &watch{secrets: []string{chattest.DefaultAccessKey}},
	}
	e.binary = filepath.Join(e.folder, "acschat"+executable)
	build := exec.CommandContext(ctx, "go", "build", "-o", e.binary, "./cmd/acschat")
	build.Dir, build.Stderr = filepath.Join("..", ".."), GinkgoWriter
	Expect(build.Run()).To(Succeed())
	return e
}

func (e *emulator) start() {
	GinkgoHelper()
	file := filepath.Join(e.folder, "ready.json")
	_ = os.Remove(file)
	var err error
	e.session, err = gexec.Start(exec.Command(e.binary, "emulator", "--addr", e.address, "--ready-file", file,
		"--data", filepath.Join(e.folder, "data"), "--ca-dir", filepath.Join(e.folder, "ca")), GinkgoWriter, GinkgoWriter)
	Expect(err).NotTo(HaveOccurred())
	Eventually(func() error {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		return json.Unmarshal(text, &e.ready)
	}).WithPolling(20 * time.Millisecond).Should(Succeed())
	u, err := url.Parse(e.ready.Endpoint)
	Expect(err).NotTo(HaveOccurred())
	e.address = net.JoinHostPort("127.0.0.1", u.Port())
}

// restart kills the process in the middle of its work.
func (e *emulator) restart() {
	GinkgoHelper()
	e.generation.Add(1)
	e.session.Kill().Wait()
	e.read()
	e.start()
	e.generation.Add(1)
}

// read looks for secrets in what the process has printed.
func (e *emulator) read() {
	e.watch.say(string(e.session.Out.Contents()))
	e.watch.say(string(e.session.Err.Contents()))
}

// up waits until the process is ready.
func (e *emulator) up() {
	for e.generation.Load()%2 != 0 {
		time.Sleep(10 * time.Millisecond)
	}
}

// span is the time of a call.
type span struct {
	began, ended time.Time
	disturbed    bool // the emulator was killed meanwhile
}

// during makes a call. Errors are expected only if the emulator was killed meanwhile.
func (e *emulator) during(call func() error) (s span, err error) {
	s.began = time.Now()
	before := e.generation.Load()
	err = call()
	s.disturbed = before%2 != 0 || e.generation.Load() != before
	s.ended = time.Now()
	e.watch.see(err)
	if err != nil && !s.disturbed {
		return s, fmt.Errorf("an error that was not injected: %w", err)
	}
	return s, disturbed(err)
}

// disturbance is the error of a call while the emulator was killed.
type disturbance struct{ error }

func (d disturbance) Unwrap() error { return d.error }

func disturbed(err error) error {
	if err == nil {
		return nil
	}
	return disturbance{err}
}

func isDisturbance(err error) bool {
	_, ok := errors.AsType[disturbance](err)
	return ok
}

// person is a user with a client and a listener.
type person struct {
	user     chat.CommunicationUser
	client   *chat.Client
	listener *realtime.Listener
	watch    *watch

	mu   sync.Mutex // guards what follows
	got  map[string]int
	gaps []events.Gap
	err  error
}

// listen collects the events of what is stored until the listener is closed.
func (p *person) listen() {
	for event, err := range p.listener.Events() {
		key := ""
		switch e := event.(type) {
		case events.ParticipantsAdded:
			key = "added " + e.ThreadID + " " + idOf(e.Participants)
		case events.ParticipantsRemoved:
			key = "removed " + e.ThreadID + " " + idOf(e.Participants)
		case events.MessageReceived:
			key = "received " + e.ThreadID + " " + e.Message.ID
		case events.MessageEdited:
			key = "edited " + e.ThreadID + " " + e.Message.ID + " " + e.Message.Content.Message
		case events.MessageDeleted:
			key = "deleted " + e.ThreadID + " " + e.Message.ID
		case events.ThreadPropertiesUpdated:
			key = "topic " + e.Properties.Topic
		case events.ThreadCreated:
			key = "created " + e.ThreadID
		case events.ThreadDeleted:
			key = "thread deleted " + e.ThreadID
		case events.ReadReceiptReceived:
			key = "read " + e.ThreadID + " " + e.Receipt.MessageID + " by " + e.Receipt.Sender.RawID()
		}
		p.mu.Lock()
		if gap, ok := event.(events.Gap); ok {
			p.gaps = append(p.gaps, gap)
		}
		if key != "" {
			p.got[key]++
		}
		p.err = errors.Join(p.err, err)
		p.mu.Unlock()
	}
}

// idOf is the id of the only participant.
func idOf(participants []chat.Participant) string {
	if len(participants) != 1 {
		return fmt.Sprint(participants)
	}
	return participants[0].Identifier.RawID()
}

var _ = Describe("The emulator with --data, under 64 clients and killed again and again", Serial, func() {
	It("keeps what it has answered, and announces what has changed", func(ctx SpecContext) {
		before := gleak.Goroutines()
		e := buildEmulator(ctx)
		e.start()
		DeferCleanup(func() { e.session.Kill().Wait() })
		people, stop := e.people(ctx)
		length, kills := emulatorRun()

		var actors []*actor
		running, cancel := context.WithCancel(ctx)
		defer cancel()
		var group sync.WaitGroup
		for i := range people {
			a := &actor{emulator: e, index: i, random: rand.New(rand.NewPCG(uint64(GinkgoRandomSeed()), uint64(i)))}
			for k := range 5 {
				a.people = append(a.people, people[(i+k)%len(people)])
			}
			actors = append(actors, a)
			group.Go(func() {
				if a.err = a.run(running, ctx); a.err != nil {
					cancel()
				}
			})
		}
		for range kills {
			select {
			case <-time.After(length / time.Duration(kills+1)):
			case <-running.Done():
			}
			if running.Err() == nil {
				e.restart()
			}
		}
		select {
		case <-time.After(length / time.Duration(kills+1)):
		case <-running.Done():
		}
		cancel()
		group.Wait()
		calls, disturbed := 0, 0
		for _, a := range actors {
			Expect(a.err).NotTo(HaveOccurred())
			calls, disturbed = calls+a.calls, disturbed+a.disturbed
		}
		By("comparing the state with the model")
		for _, a := range actors {
			Expect(a.verify(ctx)).To(Succeed())
		}
		By("comparing the events with the model")
		events, gaps := 0, 0
		Eventually(func() error { return missing(actors) }).WithPolling(200 * time.Millisecond).Should(Succeed())
		stop()
		for _, p := range people {
			Expect(p.err).NotTo(HaveOccurred())
			gaps += len(p.gaps)
			for _, n := range p.got {
				events += n
			}
		}
		Expect(surplus(actors, people)).To(Succeed())
		figure("The emulator", fmt.Sprintf("%d clients, %d calls in %s, killed %d times; %d calls failed by that; %d events, %d gaps",
			len(people), calls, length, kills, disturbed, events, gaps))
		Eventually(e.session.Interrupt().ExitCode).Should(Equal(0))
		e.read()
		e.watch.check("the emulator")
		Eventually(gleak.Goroutines).ShouldNot(gleak.HaveLeaked(before))
	})
})

// people creates the users, and connects them.
func (e *emulator) people(ctx context.Context) (people []*person, stop func()) {
	GinkgoHelper()
	pem, err := os.ReadFile(e.ready.CAFile)
	Expect(err).NotTo(HaveOccurred())
	roots := x509.NewCertPool()
	Expect(roots.AppendCertsFromPEM(pem)).To(BeTrue())
	transport := &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}, ForceAttemptHTTP2: true, MaxIdleConnsPerHost: emulatorClients,
	}
	minting := gbytes.NewBuffer() // what is logged before the tokens are known
	// An error is returned at once, so that the run sees each.
	never := policy.RetryOptions{MaxRetries: -1}
	options := &identity.ClientOptions{Logger: slog.New(slog.NewJSONHandler(minting, &slog.HandlerOptions{Level: slog.LevelDebug}))}
	options.Transport = &http.Client{Transport: transport}
	ids, err := identity.NewClientFromConnectionString(e.ready.ConnectionString, options)
	Expect(err).NotTo(HaveOccurred())
	options.Logger, options.TracingProvider, options.Retry = e.keys.logger(), e.keys.tracing(), never
	e.identities, err = identity.NewClientFromConnectionString(e.ready.ConnectionString, options)
	Expect(err).NotTo(HaveOccurred())
	var group sync.WaitGroup
	for range emulatorClients {
		created, err := ids.CreateUserAndToken(ctx, []identity.Scope{identity.ScopeChat}, nil)
		Expect(err).NotTo(HaveOccurred())
		credential, err := chat.NewStaticTokenCredential(created.Token)
		Expect(err).NotTo(HaveOccurred())
		p := &person{user: created.User, got: make(map[string]int), watch: newWatch(created.Token.Token)}
		e.watch.secrets = append(e.watch.secrets, signed(created.Token.Token)...)
		options := &chat.ClientOptions{RetryBudget: -1, Logger: p.watch.logger()}
		options.Transport = &http.Client{Transport: transport}
		options.TracingProvider = p.watch.tracing()
		options.Retry = never
		p.client, err = chat.NewClient(ids.Endpoint(), credential, options)
		Expect(err).NotTo(HaveOccurred())
		p.listener, err = realtime.Listen(ctx, p.client, nil)
		Expect(err).NotTo(HaveOccurred())
		group.Go(p.listen)
		people = append(people, p)
	}
	return people, func() {
		for _, p := range people {
			p.listener.Close()
			p.client.Close()
			p.watch.check("a client of the emulator", p.client, p.listener)
		}
		group.Wait()
		ids.Close()
		e.identities.Close()
		e.keys.check("an identity client", e.identities)
		e.watch.say(string(minting.Contents()))
		Expect(string(minting.Contents())).NotTo(ContainSubstring(chattest.DefaultAccessKey))
		transport.CloseIdleConnections()
	}
}
