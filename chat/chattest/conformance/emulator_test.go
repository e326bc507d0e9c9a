//go:build conformance

package conformance_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat/chattest"
)

// emulator is a service over TLS on loopback, with its data on disk and with /admin. It can be restarted at its address.
type emulator struct {
	name  string
	start func(address string) (*running, error)

	*running
}

// running is an emulator between two restarts.
type running struct {
	connectionString string
	client           *http.Client // trusts its certificate
	stop             func() error
}

func startEmulator(t *testing.T, name string, start func(address string) (*running, error)) *emulator {
	t.Helper()
	r, err := start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	e := &emulator{name, start, r}
	t.Cleanup(func() {
		if err := e.stop(); err != nil {
			t.Error(err)
		}
	})
	return e
}

// asLibrary is the emulator in a Go program: a handler that the program serves.
func asLibrary(t *testing.T) *emulator {
	path := filepath.Join(t.TempDir(), "chat.db")
	return startEmulator(t, "chattest", func(address string) (*running, error) {
		service, err := chattest.Open(&chattest.Options{Path: path})
		if err != nil {
			return nil, err
		}
		listener, err := net.Listen("tcp", address)
		if err != nil {
			return nil, errors.Join(err, service.Close())
		}
		admin := http.StripPrefix("/admin", service.AdminHandler())
		server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.URL.Path, "/admin/") {
				admin.ServeHTTP(w, r)
				return
			}
			service.ServeHTTP(w, r)
		}))
		_ = server.Listener.Close()
		server.Listener = listener
		server.StartTLS()
		stop := func() error {
			err := service.Close() // ends the connections that the server waits for
			server.Close()
			return err
		}
		if err := service.SetEndpoint(server.URL); err != nil {
			return nil, errors.Join(err, stop())
		}
		return &running{service.ConnectionString(), server.Client(), stop}, nil
	})
}

// asProgram is the emulator as a process.
func asProgram(t *testing.T, binary string) *emulator {
	dir := filepath.Join(t.TempDir(), "data")
	return startEmulator(t, "acschat emulator", func(address string) (*running, error) {
		p, err := startProgram(binary, address, dir, "--admin")
		if err != nil {
			return nil, err
		}
		client, err := p.client()
		if err != nil {
			return nil, errors.Join(err, p.stop())
		}
		return &running{p.ConnectionString, client, p.stop}, nil
	})
}

func (e *emulator) endpoint() string { return endpointOf(e.connectionString) }

func endpointOf(connectionString string) string {
	_, rest, _ := strings.Cut(connectionString, "endpoint=")
	endpoint, _, _ := strings.Cut(rest, ";")
	return strings.TrimSuffix(endpoint, "/")
}

// restart stops the emulator and starts it with the same data at the same address.
func (e *emulator) restart() {
	GinkgoHelper()
	address := strings.TrimPrefix(e.endpoint(), "https://")
	Expect(e.stop()).To(Succeed())
	r, err := e.start(address)
	Expect(err).NotTo(HaveOccurred())
	e.running = r
}

// authority returns the certificate of its authority.
func (e *emulator) authority(ctx context.Context) (*x509.Certificate, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, e.endpoint()+"/", nil)
	if err != nil {
		return nil, err
	}
	res, err := e.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	chain := res.TLS.VerifiedChains[0]
	return chain[len(chain)-1], nil
}

// publicKey is the digest of the key of its authority, as Chromium takes it: the emulator has another certificate after a restart.
func (e *emulator) publicKey(ctx context.Context) (string, error) {
	authority, err := e.authority(ctx)
	if err != nil {
		return "", err
	}
	digest := sha256.Sum256(authority.RawSubjectPublicKeyInfo)
	return base64.StdEncoding.EncodeToString(digest[:]), nil
}

// admin sends a request to /admin and decodes the response into a value if there is one.
func (e *emulator) admin(ctx context.Context, method, target string, body, into any) {
	GinkgoHelper()
	sent, err := json.Marshal(body)
	Expect(err).NotTo(HaveOccurred())
	req, err := http.NewRequestWithContext(ctx, method, e.endpoint()+"/admin"+target, bytes.NewReader(sent))
	Expect(err).NotTo(HaveOccurred())
	req.Header.Set("Content-Type", "application/json")
	res, err := e.client.Do(req)
	Expect(err).NotTo(HaveOccurred())
	defer res.Body.Close()
	got, err := io.ReadAll(res.Body)
	Expect(err).NotTo(HaveOccurred())
	Expect(res.StatusCode).To(BeNumerically("<", 300), "%s", got)
	if into != nil {
		Expect(json.Unmarshal(got, into)).To(Succeed())
	}
}

// fail injects a fault.
func (e *emulator) fail(ctx context.Context, op chattest.Operation, fault chattest.Fault) {
	GinkgoHelper()
	var members map[string]any
	written, err := json.Marshal(fault)
	Expect(err).NotTo(HaveOccurred())
	Expect(json.Unmarshal(written, &members)).To(Succeed())
	members["operation"] = op
	e.admin(ctx, http.MethodPost, "/faults", members, nil)
}

// drop closes the sockets of a user without a word.
func (e *emulator) drop(ctx context.Context, p *person) {
	GinkgoHelper()
	e.admin(ctx, http.MethodDelete, "/connections?user="+p.user.ID, nil, nil)
}

// connection is what /admin/connections says of a socket.
type connection struct {
	User                         string
	Delivered, Answered, Refused int
}

func (e *emulator) connections(ctx context.Context) []connection {
	GinkgoHelper()
	var list struct{ Value []connection }
	e.admin(ctx, http.MethodGet, "/connections", nil, &list)
	return list.Value
}

// statuses are those of the responses to the requests of an operation.
func (e *emulator) statuses(ctx context.Context, op chattest.Operation) []int {
	GinkgoHelper()
	var list struct{ Value []struct{ Status int } }
	e.admin(ctx, http.MethodGet, "/requests?operation="+string(op), nil, &list)
	statuses := make([]int, len(list.Value))
	for i, q := range list.Value {
		statuses[i] = q.Status
	}
	return statuses
}
