//go:build conformance

package conformance_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// buildProgram builds acschat and returns the name of the binary.
func buildProgram(t *testing.T) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "acschat")
	if output, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "github.com/acschat/acs-chat-go/cmd/acschat").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	return binary
}

// program is the emulator as a separate process, with its own certificate authority and a data directory.
type program struct {
	ConnectionString, CAFile string

	process *exec.Cmd
	stderr  bytes.Buffer
}

// startProgram starts the emulator at an address with its data in a directory.
func startProgram(binary, address, dir string, flags ...string) (*program, error) {
	p := &program{process: exec.Command(binary, append([]string{"emulator", "--addr", address, "--data", dir, "--output", "json"}, flags...)...)}
	p.process.Stderr = &p.stderr
	stdout, err := p.process.StdoutPipe()
	if err == nil {
		err = p.process.Start()
	}
	if err == nil {
		err = json.NewDecoder(stdout).Decode(p)
	}
	if err != nil {
		return nil, fmt.Errorf("acschat emulator: %w\n%s", err, p.stderr.Bytes())
	}
	return p, nil
}

// client returns one that trusts its authority.
func (p *program) client() (*http.Client, error) {
	authority, err := os.ReadFile(p.CAFile)
	if err != nil {
		return nil, err
	}
	trusted := x509.NewCertPool()
	trusted.AppendCertsFromPEM(authority)
	return &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: trusted}}}, nil
}

// stop interrupts the emulator and waits for its end.
func (p *program) stop() error {
	err := p.process.Process.Signal(os.Interrupt)
	if err == nil {
		err = p.process.Wait()
	}
	if err != nil {
		return fmt.Errorf("acschat emulator: %w\n%s", err, p.stderr.Bytes())
	}
	return nil
}

// startChecked starts the emulator for the checks of a client. It ends with the test.
func startChecked(t *testing.T, binary string) *program {
	t.Helper()
	p, err := startProgram(binary, "127.0.0.1:0", filepath.Join(t.TempDir(), "data"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.stop(); err != nil {
			t.Error(err)
		}
	})
	return p
}

func (p *program) environment() []string {
	return append(trust(p.CAFile), "AZURE_COMMUNICATION_CONNECTION_STRING="+p.ConnectionString)
}
