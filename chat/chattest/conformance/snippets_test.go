//go:build conformance

package conformance_test

import (
	"html"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// snippet is a program on the emulator's page: the command that runs it, its file and the message that it sends.
type snippet struct{ command, file, greeting string }

var copied = regexp.MustCompile(`data-copy="([^"]*)"`)

// sends makes a spec of a program that the emulator's page shows while it is empty. It is run with the packages of a client.
func (s snippet) sends(c *client, binary string) {
	It("sends a message, as it is copied from the empty page of acschat emulator: "+s.command, func() {
		p, err := startProgram(binary, "127.0.0.1:0", GinkgoT().TempDir())
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(p.stop)
		client, err := p.client()
		Expect(err).NotTo(HaveOccurred())
		res, err := client.Get(endpointOf(p.ConnectionString) + "/")
		Expect(err).NotTo(HaveOccurred())
		defer res.Body.Close()
		shown, err := io.ReadAll(res.Body)
		Expect(err).NotTo(HaveOccurred())

		var setting, command, code string
		for _, match := range copied.FindAllStringSubmatch(string(shown), -1) {
			switch text := html.UnescapeString(match[1]); {
			case strings.HasPrefix(text, "export "):
				setting = text
			case strings.HasSuffix(text, s.command):
				command = text
			case strings.Contains(text, s.greeting):
				code = text
			}
		}
		Expect(command).NotTo(BeEmpty())
		w := newWorkshop(c, binary)
		w.write(s.file, code)
		if strings.HasSuffix(command, "go run .") {
			command = w.inModule(command, s.file)
		}
		Expect(w.run(setting + "\n" + command)).To(MatchRegexp(`^sent \d{13}\n$`))
	})
}

// inModule has "go run ." run the file of the workshop with the dependencies of this module, which must not be downloaded.
func (w *workshop) inModule(command, file string) string {
	GinkgoHelper()
	here, err := os.Getwd()
	Expect(err).NotTo(HaveOccurred())
	settings, err := exec.Command("go", "env", "GOPATH", "GOCACHE").Output()
	Expect(err).NotTo(HaveOccurred())
	values := strings.Fields(string(settings))
	w.env = append(w.env, "GOPATH="+values[0], "GOCACHE="+values[1], "GOPROXY=off")
	return "cd '" + here + "'\n" + strings.Replace(command, "go run .", "go run '"+filepath.Join(w.dir, file)+"'", 1)
}
