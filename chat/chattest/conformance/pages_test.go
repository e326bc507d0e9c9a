//go:build conformance

package conformance_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// A page of documentation is run as it is written: its code blocks that name a file are the parts of that file, and its sh blocks are
// one script.
type page struct {
	files  map[string]string
	script string
}

var codeBlock = regexp.MustCompile("(?s)\n```(\\w+)(?: (\\S+))?\n(.*?\n)```\n")

func readPage(name string) page {
	GinkgoHelper()
	text, err := os.ReadFile(filepath.Join("..", "docs", name))
	Expect(err).NotTo(HaveOccurred())
	p := page{files: map[string]string{}}
	for _, block := range codeBlock.FindAllStringSubmatch(string(text), -1) {
		switch language, file, code := block[1], block[2], block[3]; {
		case file != "":
			p.files[file] += code
		case language == "sh":
			p.script += code
		}
	}
	return p
}

// describePage makes a spec of the page for the language of a client.
func describePage(c *client, binary string) {
	Describe("The page "+c.page, func() {
		It("holds as it is written", func() {
			p := readPage(c.page)
			w := newWorkshop(c, binary)
			for file, text := range p.files {
				w.write(file, text)
			}
			Expect(w.run(p.script)).To(ContainSubstring(c.passed))
		})
	})
}

// workshop is a directory in which programs of a client run.
type workshop struct {
	dir string
	env []string
}

// newWorkshop makes one with the packages of the client, whose commands find acschat and the program of the client.
func newWorkshop(c *client, binary string) *workshop {
	GinkgoHelper()
	w := &workshop{dir: GinkgoT().TempDir()}
	programs := GinkgoT().TempDir()
	if found, err := exec.LookPath(c.programs[0]); err == nil {
		wrapper := "#!/bin/sh\nexec '" + found + "' \"$@\"\n" // a link would hide from Python where its packages are
		Expect(os.WriteFile(filepath.Join(programs, filepath.Base(c.programs[0])), []byte(wrapper), 0o700)).To(Succeed())
	}
	packages, err := filepath.Abs(filepath.Join(c.folder, "node_modules"))
	Expect(err).NotTo(HaveOccurred())
	if _, err := os.Stat(packages); err == nil {
		Expect(os.Symlink(packages, filepath.Join(w.dir, "node_modules"))).To(Succeed())
	}
	w.env = []string{
		"PATH=" + strings.Join([]string{programs, filepath.Dir(binary), os.Getenv("PATH")}, string(os.PathListSeparator)),
		"HOME=" + GinkgoT().TempDir(), "PYTHONDONTWRITEBYTECODE=1",
	}
	return w
}

func (w *workshop) write(name, text string) {
	GinkgoHelper()
	Expect(os.WriteFile(filepath.Join(w.dir, name), []byte(text), 0o600)).To(Succeed())
}

// run runs a script, ends what it leaves behind, and returns what it printed.
func (w *workshop) run(script string) string {
	GinkgoHelper()
	ctx, cancel := context.WithTimeout(context.Background(), maxRun)
	defer cancel()
	cmd := exec.CommandContext(ctx, "sh", "-euc", script)
	cmd.Dir, cmd.Env = w.dir, w.env
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	group := func() error {
		err := syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		if errors.Is(err, syscall.ESRCH) {
			return os.ErrProcessDone
		}
		return err
	}
	cmd.Cancel = group
	output, err := os.Create(filepath.Join(GinkgoT().TempDir(), "output")) // a pipe would stay open for as long as the emulator runs
	Expect(err).NotTo(HaveOccurred())
	defer func() { _ = output.Close() }() // it is written by the script
	cmd.Stdout, cmd.Stderr = output, output
	failed := cmd.Run()
	if cmd.Process != nil {
		_ = group()
	}
	said, err := os.ReadFile(output.Name())
	Expect(err).NotTo(HaveOccurred())
	if failed != nil {
		Fail(fmt.Sprintf("%v\n%s\n%s", failed, script, said))
	}
	return string(said)
}
