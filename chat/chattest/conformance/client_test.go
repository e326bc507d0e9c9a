//go:build conformance

package conformance_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// client is the official clients in a language, and the program that checks what they make of a service.
type client struct {
	language  string
	agent     string // what their User-Agent begins with
	folder    string
	wants     string   // what to install where there is no program
	programs  []string // the first that has what it takes runs the checks
	arguments []string
	page      string   // of the documentation
	passed    string   // what the program of the page prints at its end
	snippet   snippet  // on the page of the emulator
	probe     []string // arguments with which a program tells whether it does: it fails, and its last line says what is missing
}

func javaScript() *client {
	return &client{
		language: "JavaScript", agent: "azsdk-js-communication-", folder: filepath.Join("testdata", "javascript"),
		wants: "Node 20 or later", programs: []string{"node"}, arguments: []string{"run.mjs"}, probe: []string{"probe.cjs"},
		page: "javascript.md", passed: "pass 2\n", snippet: snippet{"node app.mjs", "app.mjs", "Hello from Node."},
	}
}

// python is found on the path, for a virtual environment to come first, or where Debian's packages are.
func python() *client {
	return &client{
		language: "Python", agent: "azsdk-python-communication-", folder: filepath.Join("testdata", "python"),
		wants: "Python 3", programs: []string{"python3", "/usr/bin/python3"}, arguments: []string{"run.py"}, probe: []string{"probe.py"},
		page: "python.md", passed: "Ran 2 tests", snippet: snippet{"python3 app.py", "app.py", "Hello from Python."},
	}
}

// find chooses the program that runs the checks. Its error says what to install.
func (c *client) find(ctx context.Context) error {
	missing := "they want " + c.wants
	for _, program := range c.programs {
		said, err := c.command(ctx, program, c.probe, nil).CombinedOutput()
		if err == nil {
			c.programs = []string{program}
			return nil
		}
		if lines := strings.Split(strings.TrimSpace(string(said)), "\n"); lines[0] != "" {
			missing = lines[len(lines)-1]
		}
	}
	return errors.New(missing)
}

// command runs a program of the client's, away from the proxies and options that the environment may have for others.
func (c *client) command(ctx context.Context, program string, arguments, environment []string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, program, arguments...)
	cmd.Dir = c.folder
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "PYTHONDONTWRITEBYTECODE=1"}, environment...)
	return cmd
}

// outcome is what the checks of a client found.
type outcome struct {
	checks []check
	end    struct {
		Ran     int
		Skipped string
	}
	err error // of the program, with what it wrote besides
}

// check is a line that the program prints.
type check struct {
	Group, Name string
	Error       string // empty if the client did not trip
}

// maxRun is how long the checks may take; they take seconds.
const maxRun = 2 * time.Minute

// run runs the checks.
func (c *client) run(ctx context.Context, environment []string) (o outcome) {
	ctx, cancel := context.WithTimeout(ctx, maxRun)
	defer cancel()
	var stderr bytes.Buffer
	cmd := c.command(ctx, c.programs[0], c.arguments, environment)
	cmd.Stderr = &stderr
	stdout, err := cmd.Output()
	if o.err = err; err != nil {
		o.err = fmt.Errorf("%w\n%s", err, stderr.Bytes())
	}
	lines := strings.Split(strings.TrimSpace(string(stdout)), "\n")
	last := len(lines) - 1
	for _, line := range lines[:last] {
		var k check
		o.err = errors.Join(o.err, json.Unmarshal([]byte(line), &k))
		o.checks = append(o.checks, k)
	}
	o.err = errors.Join(o.err, json.Unmarshal([]byte(lines[last]), &o.end))
	if o.end.Skipped != "" {
		fmt.Printf("conformance: skipped of the %s clients %s\n", c.language, o.end.Skipped)
	}
	return o
}

// describe makes a spec of each check, and one that there were all of them. More says what else there is to hold.
func (c *client) describe(emulator string, o outcome, more func()) {
	Describe("The official "+c.language+" clients against "+emulator, func() {
		for _, k := range o.checks {
			Context(k.Group, func() {
				It(k.Name, func() {
					if k.Error != "" {
						Fail(k.Error)
					}
				})
			})
		}

		It("get through all checks", func() {
			Expect(o.err).NotTo(HaveOccurred())
			Expect(o.checks).To(HaveLen(o.end.Ran))
			Expect(o.checks).NotTo(BeEmpty())
		})

		if more != nil {
			more()
		}
	})
}
