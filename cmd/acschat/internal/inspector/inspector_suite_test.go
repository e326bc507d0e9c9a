package inspector_test

import (
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// suiteT is the test that runs the suite; a synctest bubble needs one.
var suiteT *testing.T

func TestInspector(t *testing.T) {
	suiteT = t
	RegisterFailHandler(Fail)
	SetDefaultEventuallyTimeout(30 * time.Second)
	RunSpecs(t, "cmd/acschat/internal/inspector")
}
