package emulator_test

import (
	"crypto/x509"
	"os"
	"path/filepath"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gexec"

	"github.com/acschat/acs-chat-go/cmd/acschat/internal/clitest"
)

// authorityDir is where the emulators of a shell keep their authority.
func authorityDir(sh *clitest.Shell) string {
	return filepath.Join(sh.ConfigDir(), "acschat", "emulator")
}

var _ = Describe("The authority of the emulator", func() {
	var sh *clitest.Shell
	var dir string

	BeforeEach(func() {
		sh = emptyShell()
		dir = authorityDir(sh)
	})

	It("is kept in the user's configuration, where only the user can read it", func() {
		emulator := emulate(sh)
		Expect(filepath.Dir(emulator.CAFile)).To(Equal(dir))
		Expect(modeOf(dir)).To(Equal(os.FileMode(0o700)))
		entries, err := os.ReadDir(dir)
		Expect(err).NotTo(HaveOccurred())
		Expect(entries).To(ContainElement(HaveField("Name()", "ca.pem")))
		Expect(entries).To(ContainElement(HaveField("Name()", "ca-key.pem")))
		for _, entry := range entries {
			Expect(modeOf(filepath.Join(dir, entry.Name()))).To(Equal(os.FileMode(0o600)), entry.Name())
		}
	})

	It("is shared by all emulators of the user, with and without --data, and trusted once", func(ctx SpecContext) {
		first := emulate(sh)
		trusted := trusting(filepath.Join(dir, "ca.pem"))
		Expect(first.stop().Err).To(BeEmpty())
		for _, args := range [][]string{nil, {"--data", filepath.Join(sh.Dir, "data")}, {"--host", "127.9.9.9"}} {
			next := emulate(sh, args...)
			next.http = trusted
			next.resolveHere()
			next.newUser(ctx)
			Expect(next.CAFile).To(Equal(first.CAFile))
			Expect(next.stop().Err).To(BeEmpty())
		}
	})

	It("is created once by emulators that start at the same time, in one process and in several", func() {
		const n = 4
		var sessions []*gexec.Session
		for range n {
			session, err := gexec.Start(sh.Self("emulator", "trust", "--output", "json"), GinkgoWriter, GinkgoWriter)
			Expect(err).NotTo(HaveOccurred())
			sessions = append(sessions, session)
		}
		var commands []*clitest.Command
		for range n {
			commands = append(commands, sh.Start("emulator", "trust", "--output", "json"))
		}
		for _, c := range commands {
			Expect(sh.Wait(c)).To(And(HaveField("Code", 0), HaveField("Err", "")))
		}
		for _, s := range sessions {
			Eventually(s).Should(gexec.Exit(0))
			Expect(s.Err.Contents()).To(BeEmpty())
		}
		Expect(filepath.Glob(filepath.Join(dir, "ca-*.pem"))).To(HaveLen(2), "the key and one certificate")
		Expect(emulate(sh).stop().Err).To(BeEmpty())
	})

	It("is replaced for a new name, which is reported, and can still sign for earlier names", func() {
		first := emulate(sh, "--host", "acs", "--host", "10.1.2.3")
		old := poolOf(first.CAFile)
		Expect(first.stop().Err).To(BeEmpty())
		Expect(emulate(sh).stop().Err).To(BeEmpty(), "fewer names need no other authority")

		second := emulate(sh, "--host", "other")
		Expect(second.CAFile).NotTo(Equal(first.CAFile))
		_, err := second.certificate().Verify(x509.VerifyOptions{Roots: old})
		Expect(err).To(HaveOccurred())
		Expect(second.stop().Err).To(Equal("acschat: warning: there is a new certificate authority, because the old one can't sign for other: " +
			"programs that trusted the old one must trust " + filepath.Join(dir, "ca.pem") + " again\n"))
		Expect(emulate(sh, "--host", "acs", "--host", "10.1.2.3").stop().Err).To(BeEmpty())
	})

	It("of a running emulator is still in its ready file when another emulator has replaced it", func(ctx SpecContext) {
		var all []*running
		for _, name := range []string{"one", "two", "three"} {
			all = append(all, emulate(sh, "--host", name))
		}
		for _, emulator := range all {
			emulator.http = trusting(emulator.CAFile)
			emulator.resolveHere()
			emulator.newUser(ctx)
		}
	})

	DescribeTable("is kept in another directory",
		func(place func(dir string) (*clitest.Shell, []string)) {
			other := filepath.Join(sh.Dir, "other", "place")
			sh, args := place(other)
			emulator := emulate(sh, args...)
			Expect(filepath.Dir(emulator.CAFile)).To(Equal(other))
			Expect(modeOf(other)).To(Equal(os.FileMode(0o700)))
			Expect(dir).NotTo(BeADirectory())
		},
		Entry("with --ca-dir", func(dir string) (*clitest.Shell, []string) { return sh, []string{"--ca-dir", dir} }),
		Entry("with the variable", func(dir string) (*clitest.Shell, []string) { return sh.With("ACSCHAT_EMULATOR_CA_DIR", dir), nil }),
		Entry("with both, in that of the flag", func(dir string) (*clitest.Shell, []string) {
			return sh.With("ACSCHAT_EMULATOR_CA_DIR", filepath.Join(sh.Dir, "unused")), []string{"--ca-dir", dir}
		}),
		Entry("in --data, for a user without a configuration", func(dir string) (*clitest.Shell, []string) {
			return sh.With("HOME", ""), []string{"--data", dir}
		}),
	)

	It("lets other users read the certificate, and not the key, in a directory that is chosen", func() {
		other := filepath.Join(sh.Dir, "volume")
		emulate(sh, "--ca-dir", other)
		Expect(modeOf(filepath.Join(other, "ca.pem"))).To(Equal(os.FileMode(0o644)))
		Expect(modeOf(filepath.Join(other, "ca-key.pem"))).To(Equal(os.FileMode(0o600)))
	})

	It("is removed with the data of a user without a configuration and --data", func() {
		emulator := emulate(sh.With("HOME", ""))
		Expect(emulator.CAFile).To(BeAnExistingFile())
		Expect(emulator.stop().Code).To(Equal(0))
		Expect(filepath.Dir(emulator.CAFile)).NotTo(BeADirectory())
	})

	It("is only read if it is complete, so that it can be mounted into a container", func() {
		emulator := emulate(sh, "--host", "acs")
		Expect(emulator.stop().Code).To(Equal(0))
		Expect(os.Remove(filepath.Join(dir, "lock"))).To(Succeed())
		before, err := os.Stat(dir)
		Expect(err).NotTo(HaveOccurred())
		Expect(emulate(sh, "--ca-dir", dir, "--host", "acs").stop().Err).To(BeEmpty())
		after, err := os.Stat(dir)
		Expect(err).NotTo(HaveOccurred())
		Expect(after.ModTime()).To(Equal(before.ModTime()))
	})

	DescribeTable("is neither used nor overwritten if a file in its place",
		func(name, text, why string) {
			Expect(os.MkdirAll(dir, 0o700)).To(Succeed())
			file := filepath.Join(dir, name)
			if text == "" {
				foreign := authorityFor(3000 * day)
				foreign.PermittedDNSDomains, foreign.PermittedDNSDomainsCritical = nil, false
				writeTestPair(file, newTestPair(foreign, nil))
			} else {
				Expect(os.WriteFile(file, []byte(text), 0o600)).To(Succeed())
			}
			before, err := os.ReadFile(file)
			Expect(err).NotTo(HaveOccurred())
			for _, command := range [][]string{{"emulator", "--addr", "127.0.0.1:0"}, {"emulator", "trust"}} {
				result := sh.Run(command...).Ends(1, file+": ", why, "remove it", "choose another directory with --ca-dir\n")
				Expect(strings.Count(result.Err, "\n")).To(Equal(1))
			}
			Expect(os.ReadFile(file)).To(Equal(before))
		},
		Entry("is a damaged key", "ca-key.pem", "-----BEGIN", "tls: failed to find any PEM data"),
		Entry("is the authority of another program", "ca-key.pem", "", "it is not an authority of the emulator"),
		Entry("is a damaged certificate", "ca.pem", "-----BEGIN", "it is damaged, or not of the emulator"),
		Entry("is the certificate of another program", "ca.pem", "", "it is damaged, or not of the emulator"),
	)

	It("reports a directory that it can't create", func() {
		file := sh.File("in the way")
		sh.Run("emulator", "--addr", "127.0.0.1:0", "--ca-dir", file).Ends(1, "mkdir "+file+": not a directory; --ca-dir DIR keeps the certificate authority in another directory")
		sh.With("HOME", "").Run("emulator", "trust").Ends(2, "there is no directory for your configuration: --ca-dir DIR names one")
		sh.Run("emulator", "--addr", "127.0.0.1:0", "--ca-dir", "").Ends(2, `--ca-dir" flag: it is empty`)
	})
})

var _ = Describe("emulator trust", func() {
	It("creates the authority that emulators then use, and says for whom", func() {
		sh := emptyShell()
		ca := filepath.Join(authorityDir(sh), "ca.pem")
		out := sh.Run("emulator", "trust", "--host", "acs").OK()
		Expect(out).To(HavePrefix("The certificate authority of the emulator is in " + ca + "\nIt can sign for localhost, *.localhost, acs, *.acs, 127.0.0.0/8, ::1.\n"))
		for _, who := range []string{
			"Debian", "Fedora", "openSUSE", "Arch", "macOS", "Windows", "Chrome", "Firefox", "Go", "Node", "Python", "Java", ".NET", "acschat",
		} {
			Expect(out).To(MatchRegexp(`(?m)^  [\w., ]*`+who), who)
		}
		authority, err := os.ReadFile(ca)
		Expect(err).NotTo(HaveOccurred())
		emulator := emulate(sh, "--host", "acs")
		Expect(os.ReadFile(emulator.CAFile)).To(Equal(authority))
		Expect(out).To(ContainSubstring("name a copy, " + filepath.Base(emulator.CAFile) + ", "))
		Expect(emulator.stop().Err).To(BeEmpty())
	})

	It("reports that it creates another authority", func() {
		sh := emptyShell()
		sh.Run("emulator", "trust").OK()
		Expect(sh.Run("emulator", "trust", "--host", "acs").Err).To(ContainSubstring("the old one can't sign for acs"))
		again := sh.Run("emulator", "trust", "--host", "ACS")
		again.OK()
		Expect(again.Err).To(BeEmpty(), "the case of a name does not matter")
		Expect(sh.Run("emulator", "trust", "--host", "eu.acs").Err).To(BeEmpty(), "an authority can sign for names below its own")
		sh.Run("emulator", "trust", "--host", "acs:8443").Ends(2, "--host must be a name or an address without a port")
	})

	It("prints for programs with --output json", func() {
		sh := emptyShell()
		var hints struct {
			CAFile                      string
			Systems, Browsers, Programs []struct {
				For      string
				Commands []string
			}
		}
		sh.Run("emulator", "trust", "--output", "json").Into(&hints)
		Expect(hints.CAFile).To(BeAnExistingFile())
		Expect(hints.Systems).NotTo(BeEmpty())
		Expect(hints.Browsers).NotTo(BeEmpty())
		Expect(hints.Programs).To(ContainElement(And(HaveField("For", "Node"), HaveField("Commands", ContainElement(ContainSubstring(hints.CAFile))))))
	})

	It("speaks the language of the system, or that of --shell", func() {
		sh := emptyShell()
		sh.System = "windows"
		out := sh.Run("emulator", "trust").OK()
		Expect(out).To(ContainSubstring("$env:NODE_EXTRA_CA_CERTS = '"))
		Expect(out).NotTo(ContainSubstring("export "))
		Expect(sh.Run("emulator", "trust", "--shell", "cmd").OK()).To(ContainSubstring(`set "NODE_EXTRA_CA_CERTS=`))
		Expect(sh.Run("emulator", "trust", "--shell", "sh").OK()).To(ContainSubstring("NODE_EXTRA_CA_CERTS=/"))
		sh.Run("emulator", "trust", "--shell", "fish").Ends(2, "must be one of sh, powershell, cmd")
	})
})

var _ = Describe("The hints of the emulator on another system", func() {
	It("are for PowerShell and the command prompt on Windows", func() {
		sh := emptyShell()
		sh.System = "windows"
		out := string(emulate(sh).Out.Contents())
		Expect(out).To(MatchRegexp(`(?m)^  \$env:AZURE_COMMUNICATION_CONNECTION_STRING = 'endpoint=https://127\.0\.0\.1:\d+/;accesskey=\S+'$`))
		Expect(out).To(MatchRegexp(`(?m)^  set "AZURE_COMMUNICATION_CONNECTION_STRING=endpoint=\S+"$`))
		Expect(out).To(MatchRegexp(`(?m)^  Go +certutil -user -addstore Root .*ca\.pem`))
		Expect(out).To(MatchRegexp(`(?m)^  Node +\$env:NODE_EXTRA_CA_CERTS = '.*'; node app\.mjs$`))
		Expect(out).NotTo(ContainSubstring("export"))
		Expect(out).NotTo(ContainSubstring("SSL_CERT_FILE="))
	})

	It("have Go use the authorities of the system on macOS", func() {
		sh := emptyShell()
		sh.System = "darwin"
		out := string(emulate(sh).Out.Contents())
		Expect(out).To(ContainSubstring("  export AZURE_COMMUNICATION_CONNECTION_STRING='"))
		Expect(out).To(MatchRegexp(`(?m)^  Go +security add-trusted-cert .*ca\.pem; go run \.$`))
	})
})
