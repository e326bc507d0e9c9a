package main_test

import (
	"os"
	"testing"
	"testing/synctest"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	benchmarks "github.com/acschat/acs-chat-go/chat/benchmarks"
)

// suiteT is the test that runs the suite; a synctest bubble needs one.
var suiteT *testing.T

// TestMain is also the server's main function.
func TestMain(m *testing.M) {
	if os.Getenv(benchmarks.ServeVariable) != "" {
		if err := benchmarks.Serve(); err != nil {
			panic(err)
		}
		return
	}
	os.Exit(m.Run())
}

func TestBenchmarks(t *testing.T) {
	suiteT = t
	RegisterFailHandler(Fail)
	SetDefaultEventuallyTimeout(30 * time.Second)
	RunSpecs(t, "benchmarks")
}

// bubble runs f in virtual time, which starts in 2026.
func bubble(f func()) {
	GinkgoHelper()
	synctest.Test(suiteT, func(*testing.T) {
		defer GinkgoRecover()
		time.Sleep(time.Until(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)))
		f()
	})
}
