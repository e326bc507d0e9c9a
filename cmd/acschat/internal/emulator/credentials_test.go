package emulator_test

import (
	"encoding/pem"
	"os"
	"path/filepath"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/clitest"
)

var _ = Describe("The access key of the emulator", func() {
	const (
		first  = "Zmlyc3Q="
		second = "c2Vjb25k"
		third  = "dGhpcmQ="
		fourth = "Zm91cnRo"
	)

	var sh *clitest.Shell
	var data string

	BeforeEach(func() {
		sh = emptyShell()
		data = filepath.Join(sh.Dir, "data")
	})

	// used starts an emulator and returns its key.
	used := func(sh *clitest.Shell, args ...string) string {
		GinkgoHelper()
		emulator := emulate(sh, args...)
		Expect(emulator.stop().Code).To(Equal(0))
		return keyOf(emulator.ConnectionString)
	}

	It("is that of a flag, else that of a variable, else the one kept in --data, else the public one", func() {
		Expect(used(sh, "--data", data)).To(Equal(chattest.DefaultAccessKey))
		Expect(used(sh, "--data", data, "--access-key", first)).To(Equal(first))
		Expect(used(sh, "--data", data)).To(Equal(first), "it is kept, and takes precedence over the public one")
		Expect(used(sh, "--data", data, "--access-key-file", sh.File("key", second))).To(Equal(second))
		inEnvironment := sh.With("ACSCHAT_EMULATOR_ACCESS_KEY", third)
		Expect(used(inEnvironment, "--data", data)).To(Equal(third))
		Expect(used(inEnvironment, "--access-key", first)).To(Equal(first))
		Expect(used(inEnvironment, "--access-key-file", sh.File("key", second))).To(Equal(second))
		Expect(used(sh.With("ACSCHAT_EMULATOR_ACCESS_KEY_FILE", sh.File("other", fourth)), "--data", data)).To(Equal(fourth))
		Expect(used(sh, "--data", data)).To(Equal(fourth))
		Expect(used(sh)).To(Equal(chattest.DefaultAccessKey))
	})

	DescribeTable("is rejected",
		func(why string, env map[string]string, args ...string) {
			for name, value := range env {
				sh = sh.With(name, value)
			}
			sh.Secrets = append(sh.Secrets, "c2VjcmV0=====")
			sh.File("bad", "c2VjcmV0=====")
			sh.File("empty")
			for i := range args {
				if args[i] == "bad" || args[i] == "empty" {
					args[i] = filepath.Join(sh.Dir, args[i])
				}
			}
			sh.Run(append([]string{"emulator", "--addr", "127.0.0.1:0"}, args...)...).Ends(2, why)
		},
		Entry("from two flags", "choose one", nil, "--access-key", first, "--access-key-file", "bad"),
		Entry("from two variables", "unset one", map[string]string{"ACSCHAT_EMULATOR_ACCESS_KEY": first, "ACSCHAT_EMULATOR_ACCESS_KEY_FILE": "key"}),
		Entry("if the variable is not base64", "$ACSCHAT_EMULATOR_ACCESS_KEY must be base64", map[string]string{"ACSCHAT_EMULATOR_ACCESS_KEY": "c2VjcmV0====="}),
		Entry("if the file is not base64", "bad must be base64", nil, "--access-key-file", "bad"),
		Entry("if the file is empty", "empty is empty", nil, "--access-key-file", "empty"),
		Entry("if the file does not exist", "no such file", nil, "--access-key-file", "/nowhere/key"),
		Entry("if the file is from an unset variable", `--access-key-file" flag: it is empty`, nil, "--access-key-file", ""),
	)
})

var _ = Describe("The certificate of the user", func() {
	It("is read from the files or the text in the environment, and flags take precedence", func(ctx SpecContext) {
		sh := emptyShell()
		write := func(name string) (certFile, keyFile string) {
			pair := newTestPair(certificateFor("127.0.0.1", day), nil)
			certFile, keyFile = filepath.Join(sh.Dir, name+".pem"), filepath.Join(sh.Dir, name+"-key.pem")
			writeTestPair(keyFile, pair)
			Expect(os.WriteFile(certFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: pair.Leaf.Raw}), 0o600)).To(Succeed())
			return certFile, keyFile
		}
		// serves expects an emulator with the certificate in a file.
		serves := func(certFile string, sh *clitest.Shell, args ...string) {
			GinkgoHelper()
			emulator := emulate(sh, args...)
			Expect(emulator.CAFile).To(BeEmpty())
			emulator.http = trusting(certFile)
			emulator.newUser(ctx)
		}
		cert, key := write("one")
		files := sh.With("ACSCHAT_EMULATOR_TLS_CERT", cert).With("ACSCHAT_EMULATOR_TLS_KEY", key)
		serves(cert, files)
		otherCert, otherKey := write("two")
		serves(otherCert, files, "--tls-cert", otherCert, "--tls-key", otherKey)
		text := func(file string) string {
			content, err := os.ReadFile(file)
			Expect(err).NotTo(HaveOccurred())
			return string(content)
		}
		texts := sh.With("ACSCHAT_EMULATOR_TLS_CERT", text(cert)).With("ACSCHAT_EMULATOR_TLS_KEY", text(key))
		serves(cert, texts)

		files.With("ACSCHAT_EMULATOR_TLS_KEY", "").Run("emulator", "--addr", "127.0.0.1:0").Ends(2, "$ACSCHAT_EMULATOR_TLS_CERT and $ACSCHAT_EMULATOR_TLS_KEY go together")
		texts.Secrets = append(texts.Secrets, "PRIVATE KEY")
		texts.With("ACSCHAT_EMULATOR_TLS_CERT", text(otherCert)).Run("emulator", "--addr", "127.0.0.1:0").Ends(2, "private key does not match")
		Expect(emulate(files, "--plain").Endpoint).To(HavePrefix("http:"), "--plain takes precedence over the environment")
	})
})
