package main

import (
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// make test passes this flag to the suites of all modules. These tests have no order and do without Ginkgo, which would be in go.mod.
var _ = flag.Bool("ginkgo.randomize-all", false, "no effect")

// maxSize is the limit for the size of the program without debug information, in bytes. It had 8.3 MB with Go 1.26 on Linux.
const maxSize = 12 << 20

// modules are what the library adds to the go.mod of a program that imports chat.
var modules = []string{
	"github.com/Azure/azure-sdk-for-go/sdk/azcore",
	"github.com/Azure/azure-sdk-for-go/sdk/internal",
	"github.com/apapsch/go-jsonmerge/v2",
	"github.com/go-json-experiment/json",
	"github.com/golang-jwt/jwt/v5",
	"github.com/google/uuid",
	"github.com/oapi-codegen/runtime",
	"golang.org/x/net",
	"golang.org/x/text",
}

func TestModulesOfAProgram(t *testing.T) {
	var file struct {
		Require []struct {
			Path     string
			Indirect bool
		}
	}
	if err := json.Unmarshal(run(t, nil, "go", "mod", "edit", "-json"), &file); err != nil {
		t.Fatal(err)
	}
	var indirect []string
	for _, module := range file.Require {
		if module.Indirect {
			indirect = append(indirect, module.Path)
		} else if module.Path != "github.com/acschat/acs-chat-go" {
			t.Errorf("the program needs %s itself", module.Path)
		}
	}
	slices.Sort(indirect)
	if !reflect.DeepEqual(indirect, modules) {
		t.Errorf("the library adds\n%s\nand not\n%s", strings.Join(indirect, "\n"), strings.Join(modules, "\n"))
	}
	// What the file lists is what the program needs: go mod tidy would change nothing.
	run(t, nil, "go", "mod", "tidy", "-diff")
}

func TestSizeOfAProgram(t *testing.T) {
	name := filepath.Join(t.TempDir(), "consumer")
	run(t, nil, "go", "build", "-ldflags=-s -w", "-o", name, ".")
	info, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d bytes", info.Size())
	if info.Size() > maxSize {
		t.Errorf("the program has %d bytes, more than %d", info.Size(), maxSize)
	}
}

func TestProgramOfOtherSystems(t *testing.T) {
	for _, system := range []string{"windows/amd64", "darwin/arm64", "linux/386", "js/wasm"} {
		t.Run(system, func(t *testing.T) {
			goos, goarch, _ := strings.Cut(system, "/")
			run(t, []string{"GOOS=" + goos, "GOARCH=" + goarch, "CGO_ENABLED=0"}, "go", "build", "-o", filepath.Join(t.TempDir(), "consumer"), ".")
		})
	}
}

func TestTextIsRequired(t *testing.T) {
	if err := send(t.Context(), "https://contoso.communication.azure.com", "", "19:x@thread.v2", ""); err == nil || err.Error() != "the text is missing" {
		t.Errorf("got %v", err)
	}
}

// run runs a command in a changed environment and returns its output.
func run(t *testing.T, env []string, name string, args ...string) []byte {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Env = append(os.Environ(), env...)
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s%s", strings.Join(cmd.Args, " "), err, out, errs.String())
	}
	return out
}
