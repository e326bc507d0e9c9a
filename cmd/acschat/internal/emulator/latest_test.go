package emulator_test

import (
	"encoding/json"
	"os"
	"path/filepath"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gexec"

	"github.com/acschat/acs-chat-go/cmd/acschat/internal/clitest"
)

var _ = Describe("The latest emulator of a user", func() {
	var sh *clitest.Shell
	var file string

	BeforeEach(func() {
		sh = emptyShell()
		file = filepath.Join(sh.ConfigDir(), "acschat", "emulator", "ready.json")
	})

	// latest returns the endpoint in the file of the latest emulator.
	latest := func() string {
		text, err := os.ReadFile(file)
		if err != nil {
			return ""
		}
		var ready struct{ Endpoint string }
		Expect(json.Unmarshal(text, &ready)).To(Succeed())
		return ready.Endpoint
	}

	// start starts an emulator without a ready file, and returns its endpoint.
	start := func(args ...string) (*clitest.Command, string) {
		GinkgoHelper()
		before := latest()
		command := sh.Start(append([]string{"emulator", "--addr", "127.0.0.1:0"}, args...)...)
		Eventually(latest).ShouldNot(BeElementOf("", before))
		return command, latest()
	}

	It("is found by check and dump without --ready-file", func() {
		command, endpoint := start("--admin")
		Expect(sh.Run("emulator", "check").OK()).To(BeEmpty())
		Expect(sh.Run("emulator", "dump").OK()).To(Equal("{}\n"))
		Expect(endpoint).To(HavePrefix("https://127.0.0.1:"))
		Expect(modeOf(file)).To(Equal(os.FileMode(0o600)))
		Eventually(command.Interrupt()).Should(gexec.Exit(0))
		Expect(file).NotTo(BeAnExistingFile())
	})

	It("is the one that was started last, and the file stays until that ends", func() {
		first, _ := start()
		second, endpoint := start()
		Eventually(first.Interrupt()).Should(gexec.Exit(0))
		Expect(latest()).To(Equal(endpoint))
		Expect(sh.Run("emulator", "check").OK()).To(BeEmpty())
		Eventually(second.Interrupt()).Should(gexec.Exit(0))
		Expect(file).NotTo(BeAnExistingFile())
	})

	It("is not one with a ready file of its own", func() {
		emulate(sh)
		Expect(file).NotTo(BeAnExistingFile())
	})

	It("says what to do if there is none, or if it was killed", func() {
		const instead = "start one: acschat emulator; if it has a ready file of its own, or runs as another user, name that file with --ready-file"
		for _, command := range []string{"check", "dump"} {
			sh.Run("emulator", command).Ends(1, "no emulator is running; "+instead)
		}
		Expect(os.MkdirAll(filepath.Dir(file), 0o700)).To(Succeed())
		Expect(os.WriteFile(file, []byte(`{"endpoint":"https://`+clitest.FreeAddress()+`","connectionString":"x"}`), 0o600)).To(Succeed())
		for _, command := range []string{"check", "dump"} {
			sh.Run("emulator", command).Ends(1, "where the last one was: ", "connection refused; "+instead)
		}
		Expect(os.WriteFile(file, []byte("{}"), 0o600)).To(Succeed())
		sh.Run("emulator", "check").Ends(2, file+" is not a ready file")
	})

	It("serves if its address cannot be written", func() {
		Expect(os.MkdirAll(filepath.Join(file, "in the way"), 0o700)).To(Succeed())
		command := sh.Start("emulator", "--addr", "127.0.0.1:0")
		Eventually(command.Out.Contents).ShouldNot(BeEmpty())
		Eventually(command.Interrupt()).Should(gexec.Exit(0))
	})
})
