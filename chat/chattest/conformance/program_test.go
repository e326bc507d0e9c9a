//go:build conformance

package conformance_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// program is the emulator as a separate process, with its own certificate authority and a data directory.
type program struct {
	ConnectionString, CAFile string
}

// startProgram builds and starts the emulator. It is interrupted at the end of the test.
func startProgram(t *testing.T) (p program) {
	t.Helper()
	dir := t.TempDir()
	binary := filepath.Join(dir, "acschat")
	if output, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "github.com/acschat/acs-chat-go/cmd/acschat").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	var stderr bytes.Buffer
	emulator := exec.Command(binary, "emulator", "--addr", "127.0.0.1:0", "--data", filepath.Join(dir, "data"), "--output", "json")
	emulator.Stderr = &stderr
	stdout, err := emulator.StdoutPipe()
	if err == nil {
		err = emulator.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := emulator.Process.Signal(os.Interrupt); err != nil {
			t.Error(err)
		}
		if err := emulator.Wait(); err != nil {
			t.Errorf("acschat emulator: %v\n%s", err, stderr.Bytes())
		}
	})
	if err := json.NewDecoder(stdout).Decode(&p); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p program) environment() []string {
	return append(trust(p.CAFile), "AZURE_COMMUNICATION_CONNECTION_STRING="+p.ConnectionString)
}
