package limits_test

import (
	"testing"
	"testing/synctest"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// suiteT is the test that runs the suite; a synctest bubble needs one.
var suiteT *testing.T

func TestLimits(t *testing.T) {
	suiteT = t
	RegisterFailHandler(Fail)
	RunSpecs(t, "chat/limits")
}

// bubble runs f in virtual time, which starts in 2026. Inside it, SpecContext and DeferCleanup must not be used.
func bubble(f func()) {
	GinkgoHelper()
	synctest.Test(suiteT, func(*testing.T) {
		defer GinkgoRecover()
		time.Sleep(time.Until(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)))
		f()
	})
}
