package chat_test

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat/chattest"
)

// goBlocks returns the Go code of the README, which begins with the quick start, and of the page of the package.
func goBlocks() []string {
	GinkgoHelper()
	var blocks []string
	for _, name := range []string{"../README.md", "README.md"} {
		page, err := os.ReadFile(name)
		Expect(err).NotTo(HaveOccurred())
		for _, match := range regexp.MustCompile("(?s)```go\n(.*?)```").FindAllStringSubmatch(string(page), -1) {
			blocks = append(blocks, match[1])
		}
	}
	return blocks
}

// asFile returns the source file of a fragment: a program is unchanged, tests and statements get the declarations they assume.
func asFile(block string) (name, source string) {
	imports := func(paths ...string) string {
		var b strings.Builder
		b.WriteString("package main\n\n")
		for _, path := range paths {
			fmt.Fprintf(&b, "import %q\n", path)
		}
		return b.String()
	}
	var used []string
	for selector, path := range map[string]string{
		"errors.": "errors", "fmt.": "fmt", "log.": "log", "time.": "time", "chat.": house + "/chat", "events.": house + "/chat/events",
		"http.": "net/http", "os.": "os", "realtime.": house + "/chat/realtime", "limits.": house + "/chat/limits",
	} {
		if regexp.MustCompile(`\b` + regexp.QuoteMeta(selector)).MatchString(block) {
			used = append(used, path)
		}
	}
	switch {
	case strings.HasPrefix(block, "package "):
		return "main.go", block
	case strings.HasPrefix(block, "func Test"):
		return "readme_test.go", imports("testing", "time", "github.com/acschat/acs-chat-go/chat/chattest") +
			strings.Replace(block, "// ...", "_ = client", 1)
	}
	if !strings.Contains(block, "chat.") {
		used = append(used, "github.com/acschat/acs-chat-go/chat")
	}
	if strings.Contains(block, "Expect(") {
		return "main.go", imports("github.com/acschat/acs-chat-go/chat/chattest") +
			"import . \"github.com/acschat/acs-chat-go/chat/chattest/chatmatchers\"\nimport . \"github.com/onsi/gomega\"\n" +
			"func main() {}\nfunc _(acs *chattest.Server) {\n" + block + "\n}\n"
	}
	given := "ctx context.Context, client *chat.Client, thread *chat.ThreadClient, people, again []chat.Participant, " +
		"ids *identity.Client, alice chat.CommunicationUser, threadID string, saved feed.Cursor"
	ending := "\nreturn nil\n}\n"
	if strings.Contains(block, "sent, err :=") {
		ending = "\n_ = sent\nreturn err\n}\n"
	}
	return "main.go", imports(append(used, "context", house+"/chat/identity", house+"/chat/feed")...) +
		"func main() {}\nfunc _(" + given + ") error {\n" + block + ending
}

// build builds a fragment and returns the file it made.
func build(ctx context.Context, block string) string {
	GinkgoHelper()
	name, source := asFile(block)
	flag, pkg := overlay(name, source)
	command := []string{"build"}
	if strings.HasSuffix(name, "_test.go") {
		command = []string{"test", "-c", "-vet=off"}
	}
	file := filepath.Join(GinkgoT().TempDir(), "readme")
	out, err := exec.CommandContext(ctx, "go", append(command, "-o="+file, flag, pkg)...).CombinedOutput()
	Expect(string(out)).To(BeEmpty(), block)
	Expect(err).NotTo(HaveOccurred())
	return file
}

// certificateOf writes the certificate of a server into a file.
func certificateOf(server *chattest.Server) string {
	GinkgoHelper()
	conn, err := tls.Dial("tcp", strings.TrimPrefix(server.Endpoint(), "https://"), &tls.Config{InsecureSkipVerify: true})
	Expect(err).NotTo(HaveOccurred())
	defer func() { Expect(conn.Close()).To(Succeed()) }()
	file := filepath.Join(GinkgoT().TempDir(), "server.pem")
	block := &pem.Block{Type: "CERTIFICATE", Bytes: conn.ConnectionState().PeerCertificates[0].Raw}
	Expect(os.WriteFile(file, pem.EncodeToMemory(block), 0o600)).To(Succeed())
	return file
}

// overlay lays a source file into a package of the module that is not there, and returns the arguments to build it.
func overlay(name, source string) (flag, pkg string) {
	GinkgoHelper()
	module, err := filepath.Abs("..")
	Expect(err).NotTo(HaveOccurred())
	dir := GinkgoT().TempDir()
	Expect(os.WriteFile(filepath.Join(dir, name), []byte(source), 0o600)).To(Succeed())
	replace, err := json.Marshal(map[string]any{"Replace": map[string]string{
		filepath.Join(module, "cmd", "readme", name): filepath.Join(dir, name),
	}})
	Expect(err).NotTo(HaveOccurred())
	file := filepath.Join(dir, "overlay.json")
	Expect(os.WriteFile(file, replace, 0o600)).To(Succeed())
	return "-overlay=" + file, module + "/cmd/readme"
}

var _ = Describe("The README", func() {
	It("contains Go that compiles", func(ctx SpecContext) {
		blocks := goBlocks()
		Expect(len(blocks)).To(BeNumerically(">=", 5))
		for _, block := range blocks {
			build(ctx, block)
		}
	})

	It("has a quick start from a connection string to a message", func(ctx SpecContext) {
		server := chattest.NewServer(GinkgoTB(), api.Watch(nil))
		program := exec.CommandContext(ctx, build(ctx, goBlocks()[0]))
		program.Env = append(os.Environ(),
			"AZURE_COMMUNICATION_CONNECTION_STRING="+server.ConnectionString(), "SSL_CERT_FILE="+certificateOf(server))
		out, err := program.CombinedOutput()
		Expect(err).NotTo(HaveOccurred(), "%s", out)
		Expect(string(out)).To(MatchRegexp(`^sent \d{13}\n$`))
		sent := server.Requests(chattest.SendChatMessage)
		Expect(sent).To(HaveLen(1))
		Expect(sent[0].Body).To(MatchJSON(`{"content":"Canary is green.","type":"text"}`))
	})

	It("has a quick start in the format of gofmt", func(ctx SpecContext) {
		gofmt := exec.CommandContext(ctx, "gofmt", "-l")
		gofmt.Stdin = strings.NewReader(goBlocks()[0])
		out, err := gofmt.CombinedOutput()
		Expect(err).NotTo(HaveOccurred(), "%s", out)
		Expect(out).To(BeEmpty())
	})
})
