package emulator

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"

	"github.com/acschat/acs-chat-go/cmd/acschat/internal/cli"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/flags"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/show"
)

// remote is an emulator that runs in another process.
type remote struct {
	process   cli.Process
	readyFile string
}

// ReadyFileUsage is the help of the flag that names an emulator.
const ReadyFileUsage = "`FILE` that the emulator has written with its own --ready-file (default: the\nlatest emulator without one)"

// addFlags adds the flag that names the emulator.
func (r *remote) addFlags(cmd *cobra.Command) {
	cmd.Flags().Var((*flags.Filled)(&r.readyFile), "ready-file", ReadyFileUsage)
}

// check fails unless the emulator can serve requests.
func (r *remote) check(ctx context.Context) error {
	_, err := r.get(ctx, "/readyz")
	return err
}

// dump writes the state of the emulator down for --seed, as YAML unless JSON is requested.
func (r *remote) dump(ctx context.Context, o *show.Output) error {
	text, err := r.get(ctx, adminPath+"/seed")
	if err != nil {
		return err
	}
	var seed map[string]any
	if err := json.Unmarshal(text, &seed); err != nil {
		return fmt.Errorf("%s/seed: %w", adminPath, err)
	}
	if o.Format != show.Table {
		return o.Object(seed)
	}
	encoder := yaml.NewEncoder(o.Out)
	encoder.SetIndent(2)
	if err := encoder.Encode(seed); err != nil {
		return err
	}
	return encoder.Close()
}

// requestTimeout is how long a request may take: the emulator is on this machine, or on the next one.
const requestTimeout = 10 * time.Second

// get returns the body of a successful answer.
func (r *remote) get(ctx context.Context, path string) ([]byte, error) {
	a, err := addressOf(ctx, r.process, r.readyFile)
	if err != nil {
		return nil, err
	}
	transport := &http.Transport{DialContext: r.process.Dial, TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12}, ForceAttemptHTTP2: true}
	defer transport.CloseIdleConnections()
	if a.CAFile != "" {
		authority, err := os.ReadFile(a.CAFile)
		if err != nil {
			return nil, err
		}
		transport.TLSClientConfig.RootCAs = x509.NewCertPool()
		transport.TLSClientConfig.RootCAs.AppendCertsFromPEM(authority)
	}
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, a.Endpoint+path, nil)
	if err != nil {
		return nil, err
	}
	answer, err := (&http.Client{Transport: transport}).Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	switch {
	case err != nil:
		return nil, err
	case answer.StatusCode == http.StatusNotFound && path != "/readyz":
		return nil, fmt.Errorf("%s%s: not found; run the emulator with --admin", a.Endpoint, path)
	case answer.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("%s%s: %s", a.Endpoint, path, answer.Status)
	}
	return text, nil
}
