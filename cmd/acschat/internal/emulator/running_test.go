package emulator_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gexec"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/identity"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/clitest"
)

// running is a running emulator and the contents of its ready file.
type running struct {
	*clitest.Command
	Endpoint         string
	ConnectionString string
	CAFile           string

	http *http.Client // trusts only its authority
}

// emulate starts the emulator at a free port, and waits for its ready file and its output.
func emulate(s *clitest.Shell, args ...string) *running {
	GinkgoHelper()
	file := filepath.Join(GinkgoT().TempDir(), "ready.json")
	command := s.Start(append([]string{"emulator", "--addr", "127.0.0.1:0", "--ready-file", file}, args...)...)
	r := reach(command, file)
	r.Command = command
	Eventually(r.Out.Contents).ShouldNot(BeEmpty()) // written in one call
	return r
}

// reach waits for the ready file of an emulator and connects to it.
func reach(process gexec.Exiter, file string) *running {
	GinkgoHelper()
	r := &running{}
	var text []byte
	Eventually(func() (err error) {
		if process.ExitCode() >= 0 {
			return StopTrying("the emulator has ended")
		}
		text, err = os.ReadFile(file)
		return err
	}).Should(Succeed())
	Expect(json.Unmarshal(text, r)).To(Succeed())
	r.http = trusting(r.CAFile)
	return r
}

// trusting returns a client that trusts only the certificates in a file, or none if the name is empty.
func trusting(file string) *http.Client {
	GinkgoHelper()
	pool := x509.NewCertPool()
	if file != "" {
		pool = poolOf(file)
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, ForceAttemptHTTP2: true}
	DeferCleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// stop interrupts the emulator and waits until it has exited.
func (r *running) stop() clitest.Result {
	GinkgoHelper()
	r.http.CloseIdleConnections() // otherwise the emulator waits a second for them to close
	Eventually(r.Interrupt()).Should(gexec.Exit())
	return clitest.Result{Out: string(r.Out.Contents()), Err: string(r.Err.Contents()), Code: r.ExitCode()}
}

// options returns client options for the emulator, new ones for each call.
func (r *running) options() azcore.ClientOptions {
	return azcore.ClientOptions{Transport: r.http, Retry: policy.RetryOptions{MaxRetries: -1}, InsecureAllowCredentialWithHTTP: true}
}

func (r *running) identities() *identity.Client {
	GinkgoHelper()
	client, err := identity.NewClientFromConnectionString(r.ConnectionString, &identity.ClientOptions{ClientOptions: r.options()})
	Expect(err).NotTo(HaveOccurred())
	return client
}

// newUser creates a user with a token for a day.
func (r *running) newUser(ctx context.Context) identity.UserAndToken {
	GinkgoHelper()
	user, err := r.identities().CreateUserAndToken(ctx, []identity.Scope{identity.ScopeChat}, nil)
	Expect(err).NotTo(HaveOccurred())
	return user
}

func (r *running) chat(who identity.UserAndToken) *chat.Client {
	GinkgoHelper()
	credential, err := chat.NewStaticTokenCredential(chat.AccessToken{Token: who.Token.Token})
	Expect(err).NotTo(HaveOccurred())
	client, err := chat.NewClient(r.Endpoint, credential, &chat.ClientOptions{ClientOptions: r.options()})
	Expect(err).NotTo(HaveOccurred())
	return client
}
