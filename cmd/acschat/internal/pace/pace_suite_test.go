package pace_test

import (
	"testing"
	"testing/synctest"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// suiteT is the test that runs the suite; a synctest bubble needs one.
var suiteT *testing.T

func TestPace(t *testing.T) {
	suiteT = t
	RegisterFailHandler(Fail)
	RunSpecs(t, "cmd/acschat/internal/pace")
}

// bubble runs f in virtual time. Inside it, SpecContext and DeferCleanup must not be used.
func bubble(f func()) {
	GinkgoHelper()
	synctest.Test(suiteT, func(*testing.T) {
		defer GinkgoRecover()
		f()
	})
}
