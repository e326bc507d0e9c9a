package emulator_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/emulator"
)

// FuzzFile checks that an object of JSON in a file of --seed is read as encoding/json reads it, and that any file is read, or refused in a line with
// the flag and the name of the file.
func FuzzFile(f *testing.F) {
	for _, seed := range []string{
		"", "{}", "users: [ana]\n", `{"users":["ana"],"threads":[{"topic":"t","ago":"48h","participants":[{"user":"ana"}]}]}`, "users: &a [*a]\n", "a: &a {<<: *a}",
		"threads:\n- topic: t\n  messages:\n  - {from: ana, text: hi, ago: 1h}\n", "unknown: 1", "1: 2", "? [a]\n: b", "users: !!binary x", "---\n---\n", "\t", "\xff", "users: .nan",
		"x: &x [a,a]\ny: &y [*x,*x]\nz: [*y,*y]\n", "users: 2026-11-03", "null", "[]", "users:\n  - ana\n  -\n",
		`{"threads":[{"topic":"\ud83d\ude00\/","createdBy":"ana","retentionDays":3e1}]}`, "{\"users\":[\"a\u0085b\",\t\"\u2028\"]}", "users: [a]\nusers: [b]\nthreads: []\nthreads: []\n", "|\n a\n b\n",
	} {
		f.Add(seed)
	}
	name := filepath.Join(f.TempDir(), "seed.yaml")
	f.Fuzz(func(t *testing.T, text string) {
		_ = os.Remove(name) // much faster than to truncate it on some file systems
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		var seed, want chattest.Seed
		err := emulator.ReadFile("--seed", name, &seed)
		if err != nil && (!strings.HasPrefix(err.Error(), "--seed "+name+": ") || strings.Contains(err.Error(), "\n")) {
			t.Errorf("%q: %v", text, err)
		}
		if err == nil && strings.HasPrefix(text, "{") && json.Unmarshal([]byte(text), &want) == nil && !reflect.DeepEqual(seed, want) {
			t.Errorf("%q is read as %+v, want %+v", text, seed, want)
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
