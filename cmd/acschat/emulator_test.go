package main_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gexec"

	"github.com/acschat/acs-chat-go/cmd/acschat/internal/clitest"
)

var _ = Describe("emulator", func() {
	It("prints the environment variables of a running emulator", func() {
		sh := emptyShell()
		file := filepath.Join(sh.Dir, "ready.json")
		sh.Run("emulator", "env", "--ready-file", file).Ends(1, "not running")
		sh.Run("emulator", "env", "--ready-file", sh.File("other.json", "{}")).Ends(2, "not a ready file")
		killed := sh.File("killed.json", `{"endpoint":"https://`+clitest.FreeAddress()+`","connectionString":"x"}`)
		Expect(sh.Run("emulator", "check", "--ready-file", killed).Ends(1, "connection refused").Err).NotTo(ContainSubstring("--endpoint"), "the emulator commands do not have it")
		running := sh.Start("emulator", "--addr", "127.0.0.1:0", "--ready-file", file)
		Eventually(file).Should(BeAnExistingFile())
		typed := exec.Command("sh", "-ec", `eval "$(acschat emulator env --ready-file ready.json)"; acschat user create`)
		typed.Dir = sh.Dir
		typed.Env = append(sh.Exec(binary).Env, "PATH="+filepath.Dir(binary)+":"+os.Getenv("PATH"))
		result, err := typed.CombinedOutput()
		Expect(err).NotTo(HaveOccurred(), string(result))
		Expect(string(result)).To(MatchRegexp(`^User +8:acs:`))
		Eventually(running.Interrupt()).Should(gexec.Exit(0))
	})

	It("prints the environment variables of the latest emulator without --ready-file", func() {
		sh := emptyShell()
		sh.Run("emulator", "env").Ends(1, "no emulator is running; start one: acschat emulator; if it has a ready file of its own", "--ready-file")
		running := sh.Start("emulator", "--addr", "127.0.0.1:0")
		Eventually(running.Out.Contents).ShouldNot(BeEmpty())
		typed := exec.Command("sh", "-ec", `eval "$(acschat emulator env)"; acschat user create`)
		typed.Env = append(sh.Exec(binary).Env, "PATH="+filepath.Dir(binary)+":"+os.Getenv("PATH"))
		result, err := typed.CombinedOutput()
		Expect(err).NotTo(HaveOccurred(), string(result))
		Expect(string(result)).To(MatchRegexp(`^User +8:acs:`))
		Eventually(running.Interrupt()).Should(gexec.Exit(0))
		sh.Run("emulator", "env").Ends(1, "no emulator is running")
	})

	It("prints the variables for other shells with --shell, and for PowerShell on Windows", func() {
		sh := emptyShell()
		file := sh.File("ready.json", `{"endpoint":"https://127.0.0.1:8443","connectionString":"endpoint=https://127.0.0.1:8443/;accesskey=a2V5","caFile":"C:\\Users\\Ana B\\ca.pem"}`)
		inPowerShell := "$env:AZURE_COMMUNICATION_CONNECTION_STRING = 'endpoint=https://127.0.0.1:8443/;accesskey=a2V5'\n" +
			"$env:ACSCHAT_CA_FILE = 'C:\\Users\\Ana B\\ca.pem'\n"
		Expect(sh.Run("emulator", "env", "--ready-file", file, "--shell", "powershell").OK()).To(Equal(inPowerShell))
		Expect(sh.Run("emulator", "env", "--ready-file", file, "--shell", "cmd").OK()).To(Equal(
			"set \"AZURE_COMMUNICATION_CONNECTION_STRING=endpoint=https://127.0.0.1:8443/;accesskey=a2V5\"\n" +
				"set \"ACSCHAT_CA_FILE=C:\\Users\\Ana B\\ca.pem\"\n"))
		sh.System = "windows"
		Expect(sh.Run("emulator", "env", "--ready-file", file).OK()).To(Equal(inPowerShell))
		sh.Run("emulator", "env", "--ready-file", file, "--shell", "fish").Ends(2, "must be one of sh, powershell, cmd")
	})

	It("prints example commands that work", func() {
		sh := emptyShell()
		session, err := gexec.Start(sh.Exec(binary, "emulator", "--addr", "127.0.0.1:0"), GinkgoWriter, GinkgoWriter)
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(func() { Eventually(session.Interrupt()).Should(gexec.Exit(0)) })
		Eventually(session.Out.Contents).ShouldNot(BeEmpty()) // written in one call
		out := string(session.Out.Contents())
		export := regexp.MustCompile(`(?m)^ *(export AZURE_COMMUNICATION_CONNECTION_STRING='.*')$`).FindStringSubmatch(out)
		Expect(export).To(HaveLen(2), out)
		create := regexp.MustCompile(`(?m)^ *acschat +(acschat .*)$`).FindStringSubmatch(out)
		Expect(create).To(HaveLen(2), out)

		typed := exec.Command("sh", "-ec", export[1]+"\n"+create[1])
		typed.Env = append(sh.Exec(binary).Env, "PATH="+filepath.Dir(binary)+":"+os.Getenv("PATH"))
		result, err := typed.CombinedOutput()
		Expect(err).NotTo(HaveOccurred(), string(result))
		Expect(string(result)).To(MatchRegexp(`^User +8:acs:`))
	})
})
