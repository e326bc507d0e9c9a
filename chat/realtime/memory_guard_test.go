//go:build !race

// The race detector takes memory as well: what is measured here holds without it.

package realtime_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/realtime"
)

const (
	emulatorVariable = "REALTIME_TEST_EMULATOR"
	idleListeners    = 1000
	maxIdle          = 40_000 // bytes for one: heap and stacks after a collection
)

// emulator is what a process that runs the emulator says of it.
type emulator struct {
	Endpoint    string
	Certificate []byte
	Users       []string
	Tokens      []string
}

// TestEmulatorProcess is the emulator, in a process of its own that the memory spec starts. It ends with its input.
func TestEmulatorProcess(t *testing.T) {
	if os.Getenv(emulatorVariable) == "" {
		return
	}
	service, err := chattest.Open(nil)
	if err != nil {
		t.Fatal(err)
	}
	listener := httptest.NewTLSServer(service)
	if err := service.SetEndpoint(listener.URL); err != nil {
		t.Fatal(err)
	}
	e := emulator{Endpoint: listener.URL, Certificate: listener.Certificate().Raw}
	for _, user := range service.NewUsers(idleListeners) {
		e.Users, e.Tokens = append(e.Users, user.ID), append(e.Tokens, service.Token(user, time.Hour))
	}
	if err := json.NewEncoder(os.Stdout).Encode(e); err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, os.Stdin)
	_ = service.Close()
	listener.Close()
}

// startEmulator starts the emulator in a process of its own.
func startEmulator(ctx context.Context) (e emulator) {
	GinkgoHelper()
	process := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestEmulatorProcess$")
	process.Env = append(os.Environ(), emulatorVariable+"=1")
	process.Stderr = GinkgoWriter
	stdin, err := process.StdinPipe()
	Expect(err).NotTo(HaveOccurred())
	stdout, err := process.StdoutPipe()
	Expect(err).NotTo(HaveOccurred())
	Expect(process.Start()).To(Succeed())
	DeferCleanup(func() {
		Expect(stdin.Close()).To(Succeed())
		_ = process.Wait()
	})
	Expect(json.NewDecoder(stdout).Decode(&e)).To(Succeed())
	return e
}

// transport reaches the emulator over TLS.
func (e emulator) transport() *http.Client {
	GinkgoHelper()
	certificate, err := x509.ParseCertificate(e.Certificate)
	Expect(err).NotTo(HaveOccurred())
	roots := x509.NewCertPool()
	roots.AddCert(certificate)
	return &http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}, ForceAttemptHTTP2: true,
	}}
}

// inUse is the memory of heap and stacks after a collection.
func inUse() uint64 {
	var now runtime.MemStats
	for range 3 { // finalizers, pools, and stacks that shrink
		runtime.GC()
	}
	runtime.ReadMemStats(&now)
	return now.HeapAlloc + now.StackInuse
}

var _ = Describe("1,000 idle listeners", Serial, func() {
	It("take less than 40 KB each, over TLS", func(ctx SpecContext) {
		e := startEmulator(ctx)
		tokens := make(map[string]string, len(e.Users))
		for i, user := range e.Users {
			tokens[user] = e.Tokens[i]
		}
		o := &chat.FleetOptions{}
		client := e.transport()
		o.Transport = client
		fleet, err := chat.NewFleet(e.Endpoint, func(_ context.Context, user chat.CommunicationUser) (chat.AccessToken, error) {
			return chat.AccessToken{Token: tokens[user.ID]}, nil
		}, o)
		Expect(err).NotTo(HaveOccurred())
		before := inUse()
		listeners := make([]*realtime.Listener, len(e.Users))
		var group sync.WaitGroup
		slots := make(chan struct{}, 16)
		for i, user := range e.Users {
			slots <- struct{}{}
			group.Go(func() {
				defer GinkgoRecover()
				defer func() { <-slots }()
				l, err := realtime.Listen(ctx, fleet.As(chat.CommunicationUser{ID: user}), nil)
				Expect(err).NotTo(HaveOccurred())
				listeners[i] = l
			})
		}
		group.Wait()
		each := (int64(inUse()) - int64(before)) / idleListeners
		AddReportEntry("bytes each", each, ReportEntryVisibilityFailureOrVerbose)
		for _, l := range listeners {
			group.Go(func() { _ = l.Close() })
		}
		group.Wait()
		client.CloseIdleConnections()
		Expect(each).To(BeNumerically("<", maxIdle))
	}, NodeTimeout(2*time.Minute))
})
