package emulator_test

import (
	"bytes"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"go.etcd.io/bbolt"

	"github.com/acschat/acs-chat-go/cmd/acschat/internal/clitest"
)

var _ = Describe("emulator that cannot start", func() {
	var sh *clitest.Shell

	BeforeEach(func() { sh = emptyShell() })

	// refused expects the emulator to fail to start, with one line of output that says why.
	refused := func(code int, why string, args ...string) {
		GinkgoHelper()
		r := sh.Run(append([]string{"emulator", "--addr", "127.0.0.1:0"}, args...)...).Ends(code, why)
		Expect(r.Out).To(BeEmpty())
		lines := strings.Split(strings.TrimSuffix(r.Err, "\n"), "\n")
		Expect(lines[0]).To(HavePrefix("acschat: "))
		if code == 2 {
			Expect(lines[1:]).To(HaveExactElements("Usage: acschat emulator --help"))
		} else {
			Expect(lines).To(HaveLen(1))
		}
	}

	DescribeTable("reports the invalid flag",
		func(why string, args ...string) { refused(2, why, args...) },
		Entry("an unknown flag", "unknown flag: --port", "--port", "8443"),
		Entry("an argument", `unknown command "now"`, "now"),
		Entry("an address without a port", "--addr must be a host and a port such as 127.0.0.1:8443", "--addr", "localhost"),
		Entry("an invalid port", "--addr must be a host and a port", "--addr", "localhost:70000"),
		Entry("an address of another machine", "--addr 203.0.113.1:", "--addr", "203.0.113.1:0"),
		Entry("a key that is not base64", "--access-key must be base64", "--access-key", "secret!"),
		Entry("a key in quotes", "--access-key is in quotes: remove them", "--access-key", `"c2VjcmV0"`),
		Entry("--data from an unset variable", `--data" flag: it is empty: is the shell variable set?`, "--data", ""),
		Entry("--ready-file from an unset variable", `--ready-file" flag: it is empty`, "--ready-file", ""),
		Entry("--access-key from an unset variable", `--access-key" flag: it is empty`, "--access-key="),
		Entry("--tls-cert and --tls-key from unset variables", `--tls-cert" flag: it is empty`, "--tls-cert", "", "--tls-key", ""),
		Entry("--tls-key from an unset variable", `--tls-key" flag: it is empty`, "--tls-key", ""),
		Entry("an unknown error style", "must be recorded or documented", "--error-style", "nice"),
		Entry("--no-retry-after without limits", "--no-retry-after needs --enforce-limits", "--no-retry-after"),
		Entry("--limit-divisor without limits", "--limit-divisor needs --enforce-limits", "--limit-divisor", "60"),
		Entry("a limit divisor of zero", "--limit-divisor must be at least 1, not 0", "--enforce-limits", "--limit-divisor", "0"),
		Entry("a negative listing lag", "--listing-lag must not be negative", "--listing-lag", "-1s"),
		Entry("an unknown cloud", "must be public, gcch (US government) or dod", "--cloud", "mars"),
	)

	It("does not show an invalid access key", func() {
		sh.Secrets = append(sh.Secrets, "c2VjcmV0=====")
		refused(2, "--access-key must be base64", "--access-key", "c2VjcmV0=====")
	})

	It("reports that the port is in use, and how to choose another", func() {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(listener.Close)
		taken := listener.Addr().String()
		refused(1, taken+" is in use", "--addr", taken)
		refused(1, "--addr 127.0.0.1:0 selects a free port", "--addr", taken)
	})

	It("reports that another emulator uses the data", func() {
		data := filepath.Join(sh.Dir, "data")
		emulate(sh, "--data", data)
		refused(1, "--data "+data+" is in use by another process: end that emulator, or choose another directory\n", "--data", data)
	})

	DescribeTable("reports damaged data and leaves it unchanged",
		func(ctx SpecContext, spoil func(whole []byte) []byte) {
			data := filepath.Join(sh.Dir, "data")
			emulator := emulate(sh, "--data", data)
			emulator.newUser(ctx)
			Expect(emulator.stop().Code).To(Equal(0))
			file := filepath.Join(data, "chat.db")
			whole, err := os.ReadFile(file)
			Expect(err).NotTo(HaveOccurred())
			spoilt := spoil(whole)
			Expect(os.WriteFile(file, spoilt, 0o600)).To(Succeed())
			refused(1, "--data "+data+": open "+file+": damaged, or not a data file of a service: ", "--data", data)
			refused(1, "; restore a copy of it, or move it away to start with a new one\n", "--data", data)
			Expect(os.ReadFile(file)).To(Equal(spoilt))
		},
		Entry("text", func([]byte) []byte { return []byte("Dear diary,\n") }),
		Entry("zeros", func(whole []byte) []byte { return make([]byte, len(whole)) }),
		Entry("cut after a page", func(whole []byte) []byte { return whole[:os.Getpagesize()] }),
		Entry("cut to its first pages", func(whole []byte) []byte { return whole[:5*os.Getpagesize()] }),
		Entry("overwritten inside", func(whole []byte) []byte {
			at := bytes.Index(whole, []byte("8:acs:"))
			page := at - at%os.Getpagesize()
			return slices.Concat(whole[:page], make([]byte, os.Getpagesize()), whole[page+os.Getpagesize():])
		}),
		Entry("of another program", func([]byte) []byte { return otherDatabase() }),
	)

	It("reports the file or directory that it cannot write", func() {
		file := sh.File("in the way")
		refused(1, "--data: mkdir "+file+": not a directory", "--data", file)
		refused(1, "--data: mkdir "+file+": not a directory", "--data", filepath.Join(file, "below"))
		data := filepath.Join(sh.Dir, "data")
		Expect(os.MkdirAll(filepath.Join(data, "chat.db"), 0o700)).To(Succeed())
		refused(1, filepath.Join(data, "chat.db")+": is a directory", "--data", data)
		nowhere := filepath.Join(sh.Dir, "nowhere", "ready.json")
		refused(1, "--ready-file: open "+nowhere+": no such file or directory", "--ready-file", nowhere)
		refused(2, "--ready-file "+data+": it exists, and is not a regular file", "--ready-file", data)
	})
})

// otherDatabase returns a bbolt file of another program.
func otherDatabase() []byte {
	GinkgoHelper()
	file := filepath.Join(GinkgoT().TempDir(), "other.db")
	db, err := bbolt.Open(file, 0o600, nil)
	Expect(err).NotTo(HaveOccurred())
	Expect(db.Update(func(tx *bbolt.Tx) error {
		_, err := tx.CreateBucket([]byte("recipes"))
		return err
	})).To(Succeed())
	Expect(db.Close()).To(Succeed())
	text, err := os.ReadFile(file)
	Expect(err).NotTo(HaveOccurred())
	return text
}
