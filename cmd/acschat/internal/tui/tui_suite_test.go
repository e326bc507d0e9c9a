package tui_test

import (
	"os"
	"testing"
	"testing/synctest"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat/chattest"
)

// suiteT is the test that runs the suite; a synctest bubble needs one.
var suiteT *testing.T

// TestMain lets the suite start itself as the program that panics, since a panic can be observed only from another process.
func TestMain(m *testing.M) {
	if os.Getenv(panics) != "" {
		panicking()
		return
	}
	os.Exit(m.Run())
}

func TestTUI(t *testing.T) {
	suiteT = t
	RegisterFailHandler(Fail)
	SetDefaultEventuallyTimeout(20 * time.Second)
	RunSpecs(t, "cmd/acschat/internal/tui")
}

// bubble runs f in virtual time, which starts on the first of May 2026 at noon, with a service of its own.
// Inside it, SpecContext and DeferCleanup must not be used.
func bubble(f func(s *chattest.Service)) {
	GinkgoHelper()
	synctest.Test(suiteT, func(*testing.T) {
		defer GinkgoRecover()
		time.Sleep(time.Until(time.Date(2026, time.May, 1, 12, 0, 0, 0, time.Local)))
		s, err := chattest.Open(api.Watch(nil))
		Expect(err).NotTo(HaveOccurred())
		defer func() { Expect(s.Close()).To(Succeed()) }()
		f(s)
	})
}
