package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
)

// serveVariable makes a program a server.
const serveVariable = "ACSCHAT_BENCHMARKS_SERVE"

// server is a process beside this one that has the canned answers on the loopback interface, over TLS and HTTP/2: what it uses
// is not counted as a client's.
type server struct {
	Endpoint    string
	Certificate []byte

	command *exec.Cmd
	alive   io.Closer // the other process ends when it is closed, as it is at the end of this one at the latest
}

// startServer starts this program once more.
func startServer(ctx context.Context) (*server, error) {
	s := &server{command: exec.CommandContext(ctx, os.Args[0])}
	s.command.Env = append(os.Environ(), serveVariable+"=1")
	s.command.Stderr = os.Stderr
	alive, err := s.command.StdinPipe()
	if err != nil {
		return nil, err
	}
	s.alive = alive
	said, err := s.command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := s.command.Start(); err != nil {
		return nil, err
	}
	if err := json.NewDecoder(said).Decode(s); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// Close ends the other process.
func (s *server) Close() error {
	return errors.Join(s.alive.Close(), s.command.Wait())
}

// transport is what all clients share, set as http.DefaultTransport is but for its trust in the server.
func (s *server) transport() (*http.Transport, error) {
	certificate, err := x509.ParseCertificate(s.Certificate)
	if err != nil {
		return nil, err
	}
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.TLSClientConfig = &tls.Config{RootCAs: x509.NewCertPool()}
	t.TLSClientConfig.RootCAs.AddCert(certificate)
	return t, nil
}

// serve is the other process.
func serve() error {
	s := httptest.NewUnstartedServer(nil)
	endpoint := "https://" + s.Listener.Addr().String()
	s.Config.Handler = NewCanned(endpoint, listedPages)
	s.EnableHTTP2 = true
	s.StartTLS()
	defer s.Close()
	if err := json.NewEncoder(os.Stdout).Encode(server{Endpoint: endpoint, Certificate: s.Certificate().Raw}); err != nil {
		return err
	}
	_, err := io.Copy(io.Discard, os.Stdin)
	return err
}
