package emulator_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/emulator"
)

// FuzzFile checks that a file of --seed is read, or refused with the flag and the name of the file.
func FuzzFile(f *testing.F) {
	for _, seed := range []string{
		"", "{}", "users: [ana]\n", `{"users":["ana"],"threads":[{"topic":"t","ago":"48h","participants":[{"user":"ana"}]}]}`, "users: &a [*a]\n", "a: &a {<<: *a}",
		"threads:\n- topic: t\n  messages:\n  - {from: ana, text: hi, ago: 1h}\n", "unknown: 1", "1: 2", "? [a]\n: b", "users: !!binary x", "---\n---\n", "\t", "\xff", "users: .nan",
		"x: &x [a,a]\ny: &y [*x,*x]\nz: [*y,*y]\n", "users: 2026-11-03", "null", "[]", "users:\n  - ana\n  -\n",
	} {
		f.Add(seed)
	}
	name := filepath.Join(f.TempDir(), "seed.yaml")
	f.Fuzz(func(t *testing.T, text string) {
		_ = os.Remove(name) // much faster than to truncate it on some file systems
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		err := emulator.ReadFile("--seed", name, &chattest.Seed{})
		if err != nil && !strings.HasPrefix(err.Error(), "--seed "+name+": ") {
			t.Errorf("%q: %v", text, err)
		}
	})
}

// FuzzReadyFile checks that an address has an endpoint and a connection string, or is refused in a line.
func FuzzReadyFile(f *testing.F) {
	for _, seed := range []string{"", "{}", "null", `{"endpoint":"https://localhost:1","connectionString":"endpoint=x;accesskey=y"}`, `{"endpoint":1}`, `{"endpoint":"x"}{}`} {
		f.Add(seed)
	}
	name := filepath.Join(f.TempDir(), "ready.json")
	f.Fuzz(func(t *testing.T, text string) {
		_ = os.Remove(name)
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		endpoint, connectionString, err := emulator.ReadAddress(name)
		if (err == nil) != (endpoint != "" && connectionString != "") || err != nil && strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: %q, %q, %v", text, endpoint, connectionString, err)
		}
	})
}
