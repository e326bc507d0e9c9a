//go:build unix

package outbox_test

import (
	"os/exec"
	"syscall"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

func freeze(cmd *exec.Cmd) {
	GinkgoHelper()
	Expect(cmd.Process.Signal(syscall.SIGSTOP)).To(Succeed())
}

func thaw(cmd *exec.Cmd) {
	GinkgoHelper()
	Expect(cmd.Process.Signal(syscall.SIGCONT)).To(Succeed())
}
