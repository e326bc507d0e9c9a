package main_test

import (
	"crypto/tls"
	"encoding/json"
	"encoding/pem"
	"maps"
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
)

// shell is where somebody types commands: with a directory and an environment, and with secrets that no command may show.
type shell struct {
	user    chat.CommunicationUser
	dir     string
	env     map[string]string
	stdin   string
	secrets []string
}

// emptyShell knows no service and no user.
func emptyShell() *shell {
	dir := GinkgoT().TempDir()
	env := map[string]string{"PATH": os.Getenv("PATH"), "HOME": dir, "TZ": "UTC", "TERM": "xterm-256color"}
	env["SSL_CERT_FILE"], env["SSL_CERT_DIR"] = os.DevNull, GinkgoT().TempDir() // a system that trusts nobody, which is soon read
	env["GORACE"] = "atexit_sleep_ms=0 halt_on_error=1"                         // else every command takes a second more
	if cover := os.Getenv("GOCOVERDIR"); cover != "" {
		env["GOCOVERDIR"] = cover
	}
	return &shell{dir: dir, env: env}
}

// shellOf is one of a new user of the service, who has a token.
func shellOf(server *chattest.Server) *shell {
	sh := emptyShell()
	sh.user = server.NewUser()
	token := server.Token(sh.user, time.Hour)
	sh.env["AZURE_COMMUNICATION_ENDPOINT"] = server.Endpoint()
	sh.env["AZURE_COMMUNICATION_ACCESS_TOKEN"] = token
	sh.env["ACSCHAT_CA_FILE"] = caFile(server, sh.dir)
	sh.hide(token)
	return sh
}

// shellIn is one of a new user of a new service, in a thread that the environment names.
func shellIn(topic string) (server *chattest.Server, sh *shell, thread string) {
	GinkgoHelper()
	server = chattest.NewServer(GinkgoTB(), nil)
	sh = shellOf(server)
	thread = sh.createThread(topic)
	return server, sh.with("ACSCHAT_THREAD", thread), thread
}

// shellWithKey is one of somebody who has the connection string, and no token.
func shellWithKey(server *chattest.Server) *shell {
	sh := emptyShell()
	sh.env["AZURE_COMMUNICATION_CONNECTION_STRING"] = server.ConnectionString()
	sh.env["ACSCHAT_CA_FILE"] = caFile(server, sh.dir)
	_, key, _ := strings.Cut(server.ConnectionString(), "accesskey=")
	sh.secrets = append(sh.secrets, key)
	return sh
}

// caFile writes the certificate of the server to a file.
func caFile(server *chattest.Server, dir string) string {
	conn, err := tls.Dial("tcp", strings.TrimPrefix(server.Endpoint(), "https://"), &tls.Config{InsecureSkipVerify: true})
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(conn.Close)
	block := &pem.Block{Type: "CERTIFICATE", Bytes: conn.ConnectionState().PeerCertificates[0].Raw}
	file := filepath.Join(dir, "ca.pem")
	Expect(os.WriteFile(file, pem.EncodeToMemory(block), 0o600)).To(Succeed())
	return file
}

// hide has every command checked for a token and its signature.
func (s *shell) hide(token string) {
	s.secrets = append(s.secrets, token, token[strings.LastIndexByte(token, '.')+1:])
}

// file writes one into the directory, and returns its name.
func (s *shell) file(name string, lines ...string) string {
	name = filepath.Join(s.dir, name)
	Expect(os.WriteFile(name, []byte(strings.Join(lines, "\n")+"\n"), 0o600)).To(Succeed())
	return name
}

// with is the same shell with another variable, or without one.
func (s *shell) with(name, value string) *shell {
	changed := *s
	changed.env = maps.Clone(s.env)
	changed.env[name] = value
	if value == "" {
		delete(changed.env, name)
	}
	return &changed
}

// pipe is the same shell with text piped into the next command.
func (s *shell) pipe(text string) *shell {
	changed := *s
	changed.stdin = text
	return &changed
}

func (s *shell) command(args ...string) *exec.Cmd {
	cmd := exec.Command(binary, args...)
	cmd.Dir = s.dir
	for name, value := range s.env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	cmd.Stdin = strings.NewReader(s.stdin)
	return cmd
}

// start starts a command. It is ended with the spec.
func (s *shell) start(args ...string) *gexec.Session {
	session, err := gexec.Start(s.command(args...), GinkgoWriter, GinkgoWriter)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func() { session.Kill().Wait() })
	return session
}

// run runs a command to its end.
func (s *shell) run(args ...string) result {
	GinkgoWriter.Println("$ acschat", strings.Join(args, " "))
	return s.wait(s.start(args...))
}

// wait waits for the end of a command, and holds it to show no secret.
func (s *shell) wait(session *gexec.Session) result {
	Eventually(session).Should(gexec.Exit())
	r := result{string(session.Out.Contents()), string(session.Err.Contents()), session.ExitCode()}
	for _, secret := range s.secrets {
		Expect(r.out+r.err).NotTo(ContainSubstring(secret), "a command showed a secret")
	}
	return r
}

// result is what a command has left behind.
type result struct {
	out, err string
	code     int
}

// ok expects that all went well, and returns what was printed.
func (r result) ok() string {
	GinkgoHelper()
	Expect(r.code).To(Equal(0), r.err)
	Expect(r.err).To(BeEmpty())
	return r.out
}

// ends expects an exit code, and words on stderr.
func (r result) ends(code int, words ...string) result {
	GinkgoHelper()
	Expect(r.code).To(Equal(code), r.err)
	for _, w := range words {
		Expect(r.err).To(ContainSubstring(w))
	}
	return r
}

// lines are those of stdout.
func (r result) lines() []string {
	GinkgoHelper()
	return strings.Split(strings.TrimSuffix(r.ok(), "\n"), "\n")
}

// into decodes what was printed.
func (r result) into(value any) {
	GinkgoHelper()
	Expect(json.Unmarshal([]byte(r.ok()), value)).To(Succeed())
}
