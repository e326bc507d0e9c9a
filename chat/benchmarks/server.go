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

// serveVariable is the environment variable that makes this program the server.
const serveVariable = "ACSCHAT_BENCHMARKS_SERVE"

// server is a process that serves the canned responses on the loopback interface, over TLS and HTTP/2. It is a separate process, so that
// its cost is not attributed to a client.
type server struct {
	Endpoint    string
	Certificate []byte

	command *exec.Cmd
	alive   io.Closer // the process ends when this is closed, or when this process ends
}

// startServer starts this program as the server.
func startServer(ctx context.Context) (*server, error) {
	s := &server{command: exec.CommandContext(ctx, os.Args[0])}
	s.command.Env = append(os.Environ(), serveVariable+"=1")
	s.command.Stderr = os.Stderr
	alive, err := s.command.StdinPipe()
	if err != nil {
		return nil, err
	}
	s.alive = alive
	stdout, err := s.command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := s.command.Start(); err != nil {
		return nil, err
	}
	if err := json.NewDecoder(stdout).Decode(s); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// Close ends the process.
func (s *server) Close() error {
	return errors.Join(s.alive.Close(), s.command.Wait())
}

// transport is http.DefaultTransport with trust in the server. All clients share it.
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

// serve is the main function of the server process.
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
