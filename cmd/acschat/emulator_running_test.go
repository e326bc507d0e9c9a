package main_test

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
)

// running is an emulator in a process of its own, and what its ready file says.
type running struct {
	*gexec.Session
	Endpoint         string
	ConnectionString string
	CAFile           string

	http *http.Client // trusts its authority and nobody else
}

// emulate starts the emulator at a port of its own choice, and waits for its ready file and for what it says.
func (s *shell) emulate(args ...string) *running {
	GinkgoHelper()
	if s.env["TMPDIR"] == "" {
		s = s.with("TMPDIR", GinkgoT().TempDir()) // specs end it without warning
	}
	file := filepath.Join(GinkgoT().TempDir(), "ready.json")
	r := &running{Session: s.start(append([]string{"emulator", "--addr", "127.0.0.1:0", "--ready-file", file}, args...)...)}
	var text []byte
	Eventually(func() (err error) {
		if r.ExitCode() >= 0 {
			return StopTrying("the emulator has ended").Attach("stderr", string(r.Err.Contents()))
		}
		text, err = os.ReadFile(file)
		return err
	}).Should(Succeed())
	Expect(json.Unmarshal(text, r)).To(Succeed())
	Eventually(r.Out.Contents).ShouldNot(BeEmpty()) // it is written in one go
	r.http = trusting(r.CAFile)
	return r
}

// trusting is a client that trusts what is in a file and nothing else, or nobody at all.
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

// stop interrupts the emulator and waits for its end.
func (r *running) stop() result {
	GinkgoHelper()
	r.http.CloseIdleConnections() // else it says goodbye to them for a second
	Eventually(r.Interrupt()).Should(gexec.Exit())
	return result{string(r.Out.Contents()), string(r.Err.Contents()), r.ExitCode()}
}

// options reach the emulator, once for each call.
func (r *running) options() azcore.ClientOptions {
	return azcore.ClientOptions{Transport: r.http, Retry: policy.RetryOptions{MaxRetries: -1}, InsecureAllowCredentialWithHTTP: true}
}

func (r *running) identities() *identity.Client {
	GinkgoHelper()
	client, err := identity.NewClientFromConnectionString(r.ConnectionString, &identity.ClientOptions{ClientOptions: r.options()})
	Expect(err).NotTo(HaveOccurred())
	return client
}

// newUser makes a user with a token that is good for a day.
func (r *running) newUser(ctx context.Context) identity.UserAndToken {
	GinkgoHelper()
	user, err := r.identities().CreateUserAndToken(ctx, []identity.Scope{identity.ScopeChat}, nil)
	Expect(err).NotTo(HaveOccurred())
	return user
}

func (r *running) chat(who identity.UserAndToken) *chat.Client {
	GinkgoHelper()
	credential, err := chat.NewStaticTokenCredential(who.Token.Token)
	Expect(err).NotTo(HaveOccurred())
	client, err := chat.NewClient(r.Endpoint, credential, &chat.ClientOptions{ClientOptions: r.options()})
	Expect(err).NotTo(HaveOccurred())
	return client
}
