package chattest_test

import (
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

func TestChattest(t *testing.T) {
	suiteT = t
	RegisterFailHandler(Fail)
	SetDefaultEventuallyTimeout(30 * time.Second)
	RunSpecs(t, "chattest")
}

// bubble runs f in virtual time, which starts in 2026, with a service of its own.
// Inside it, SpecContext and DeferCleanup must not be used.
func bubble(f func(s *chattest.Service)) {
	GinkgoHelper()
	synctest.Test(suiteT, func(*testing.T) {
		defer GinkgoRecover()
		time.Sleep(time.Until(time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)))
		s, err := chattest.Open(api.Watch(nil))
		Expect(err).NotTo(HaveOccurred())
		defer func() { Expect(s.Close()).To(Succeed()) }()
		f(s)
	})
}
