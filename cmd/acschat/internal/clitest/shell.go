// Package clitest runs command lines of the tool in the process of a suite.
package clitest

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gexec"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/cli"
)

// Tool runs a command line and returns the exit code.
type Tool func(context.Context, cli.Process) int

// Shell runs commands in a directory and with an environment, and checks that none shows a secret.
type Shell struct {
	Tool    Tool
	User    chat.CommunicationUser
	Dir     string
	Env     map[string]string
	Secrets []string
	Stdin   io.Reader     // of all commands, also of those that run at the same time
	Grace   time.Duration // of the commands
	System  string        // of the commands; "" is this one

	// Dial connects the commands that reach a running emulator; nil is the network of the system.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// ConfigDir returns the directory for the configuration of the user of the shell, which commands in other processes find by HOME.
func (s *Shell) ConfigDir() string { return filepath.Join(s.Dir, ".config") }

// Empty returns a shell without a service and a user.
func Empty(tool Tool) *Shell {
	dir := GinkgoT().TempDir()
	env := map[string]string{"PATH": os.Getenv("PATH"), "HOME": dir, "TZ": "UTC", "TERM": "xterm-256color"}
	env["SSL_CERT_FILE"], env["SSL_CERT_DIR"] = os.DevNull, GinkgoT().TempDir() // no trusted authorities, which is quick to read
	env["GORACE"] = "atexit_sleep_ms=0 halt_on_error=1"                         // the default adds a second to every process
	if cover := os.Getenv("GOCOVERDIR"); cover != "" {
		env["GOCOVERDIR"] = cover
	}
	return &Shell{Tool: tool, Dir: dir, Env: env, Stdin: http.NoBody, Grace: 50 * time.Millisecond}
}

// Of returns a shell of a new user of the service, with a token.
func Of(tool Tool, server *chattest.Server) *Shell {
	s := Empty(tool)
	s.User = server.NewUser()
	token := server.Token(s.User, time.Hour)
	s.Env["AZURE_COMMUNICATION_ENDPOINT"] = server.Endpoint()
	s.Env["AZURE_COMMUNICATION_ACCESS_TOKEN"] = token
	s.Env["ACSCHAT_CA_FILE"] = caFile(server, s.Dir)
	s.Hide(token)
	return s
}

// WithKey returns a shell with the connection string of the service, without a token.
func WithKey(tool Tool, server *chattest.Server) *Shell {
	s := Empty(tool)
	s.Env["AZURE_COMMUNICATION_CONNECTION_STRING"] = server.ConnectionString()
	s.Env["ACSCHAT_CA_FILE"] = caFile(server, s.Dir)
	_, key, _ := strings.Cut(server.ConnectionString(), "accesskey=")
	s.Secrets = append(s.Secrets, key)
	return s
}

// caFile writes the certificate of the server to a file.
func caFile(server *chattest.Server, dir string) string {
	GinkgoHelper()
	conn, err := tls.Dial("tcp", strings.TrimPrefix(server.Endpoint(), "https://"), &tls.Config{InsecureSkipVerify: true})
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(conn.Close)
	block := &pem.Block{Type: "CERTIFICATE", Bytes: conn.ConnectionState().PeerCertificates[0].Raw}
	file := filepath.Join(dir, "ca.pem")
	Expect(os.WriteFile(file, pem.EncodeToMemory(block), 0o600)).To(Succeed())
	return file
}

// CreateThread creates a thread of this user, and returns its id.
func (s *Shell) CreateThread(server *chattest.Server, topic string) string {
	GinkgoHelper()
	created, err := server.Client(s.User).CreateThread(GinkgoTB().Context(), topic, nil)
	Expect(err).NotTo(HaveOccurred())
	return created.Thread.ID
}

// Member returns a shell of a new user of the service, whom this user has added to the thread.
func (s *Shell) Member(server *chattest.Server, thread, name string) *Shell {
	GinkgoHelper()
	member := Of(s.Tool, server)
	_, err := server.Client(s.User).ThreadClient(thread).AddParticipants(GinkgoTB().Context(), []chat.Participant{{Identifier: member.User, DisplayName: name}})
	Expect(err).NotTo(HaveOccurred())
	return member
}

// Hide checks every command for a token and its signature.
func (s *Shell) Hide(token string) {
	s.Secrets = append(s.Secrets, token, token[strings.LastIndexByte(token, '.')+1:])
}

// File writes a file of lines to the directory, and returns its name.
func (s *Shell) File(name string, lines ...string) string {
	GinkgoHelper()
	name = filepath.Join(s.Dir, name)
	Expect(os.WriteFile(name, []byte(strings.Join(lines, "\n")+"\n"), 0o600)).To(Succeed())
	return name
}

// With returns the shell with another environment variable; an empty one is unset.
func (s *Shell) With(name, value string) *Shell {
	changed := *s
	changed.Env = maps.Clone(s.Env)
	changed.Env[name] = value
	if value == "" {
		delete(changed.Env, name)
	}
	return &changed
}

// Pipe returns the shell with text on stdin of the next command.
func (s *Shell) Pipe(text string) *Shell {
	changed := *s
	changed.Stdin = strings.NewReader(text)
	return &changed
}

// Exec returns the command line of a binary.
func (s *Shell) Exec(binary string, args ...string) *exec.Cmd {
	cmd := exec.Command(binary, args...)
	cmd.Dir = s.Dir
	for name, value := range s.Env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	cmd.Stdin = s.Stdin
	return cmd
}

// Start starts a command. It ends with the spec at the latest.
func (s *Shell) Start(args ...string) *Command {
	GinkgoWriter.Println("$ acschat", strings.Join(args, " "))
	getenv := func(name string) string { return s.Env[name] }
	configDir := func() (string, error) {
		if s.Env["HOME"] == "" {
			return "", errors.New("HOME is not set")
		}
		return s.ConfigDir(), nil
	}
	c := start(s.Tool, cli.Process{
		Args: args, Getenv: getenv, ConfigDir: configDir, Stdin: s.Stdin, Grace: s.Grace, System: s.System, Dial: s.Dial,
	})
	DeferCleanup(func() { Eventually(c.Interrupt()).Should(gexec.Exit()) })
	return c
}

// Run runs a command to its end.
func (s *Shell) Run(args ...string) Result {
	GinkgoHelper()
	return s.Wait(s.Start(args...))
}

// Wait waits for the end of a command, and checks that it showed no secret.
func (s *Shell) Wait(c *Command) Result {
	GinkgoHelper()
	Eventually(c).Should(gexec.Exit())
	r := c.result()
	s.check(r)
	return r
}

// RunBinary runs a command in a process of its own: the proxy of a process, for one, is fixed when it starts.
func (s *Shell) RunBinary(binary string, args ...string) Result {
	GinkgoHelper()
	session, err := gexec.Start(s.Exec(binary, args...), GinkgoWriter, GinkgoWriter)
	Expect(err).NotTo(HaveOccurred())
	Eventually(session).Should(gexec.Exit())
	r := Result{string(session.Out.Contents()), string(session.Err.Contents()), session.ExitCode()}
	s.check(r)
	return r
}

func (s *Shell) check(r Result) {
	GinkgoHelper()
	for _, secret := range s.Secrets {
		Expect(r.Out+r.Err).NotTo(ContainSubstring(secret), "a command showed a secret")
	}
}

// FreeAddress returns a local address that refuses connections.
func FreeAddress() string {
	GinkgoHelper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	Expect(err).NotTo(HaveOccurred())
	address := listener.Addr().String()
	Expect(listener.Close()).To(Succeed())
	return address
}

// Result is the output and the exit code of a command.
type Result struct {
	Out, Err string
	Code     int
}

// OK expects exit code 0 and an empty stderr, and returns what was printed.
func (r Result) OK() string {
	GinkgoHelper()
	Expect(r.Code).To(Equal(0), r.Err)
	Expect(r.Err).To(BeEmpty())
	return r.Out
}

// Ends expects an exit code, and words on stderr.
func (r Result) Ends(code int, words ...string) Result {
	GinkgoHelper()
	Expect(r.Code).To(Equal(code), r.Err)
	for _, w := range words {
		Expect(r.Err).To(ContainSubstring(w))
	}
	return r
}

// Lines returns the lines of stdout.
func (r Result) Lines() []string {
	GinkgoHelper()
	return strings.Split(strings.TrimSuffix(r.OK(), "\n"), "\n")
}

// Into decodes what was printed.
func (r Result) Into(value any) {
	GinkgoHelper()
	Expect(json.Unmarshal([]byte(r.OK()), value)).To(Succeed())
}
