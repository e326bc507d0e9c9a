package soak_test

import (
	"flag"
	"os"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var (
	// update makes the suite write REPORT.md instead of comparing it.
	update = flag.Bool("update", false, "write REPORT.md")
	// full is set by make soak: the complete run instead of the short one.
	full = os.Getenv("ACSCHAT_SOAK") != ""
	// executable ends the names of programs.
	executable = map[bool]string{runtime.GOOS == "windows": ".exe"}[true]
	// suiteT is the test that runs the suite; a synctest bubble needs one.
	suiteT *testing.T
)

func TestSoak(t *testing.T) {
	suiteT = t
	RegisterFailHandler(Fail)
	SetDefaultEventuallyTimeout(time.Minute)
	RunSpecs(t, "chat/soak")
}

// bubble runs f in virtual time, which starts in 2026. It fails if a goroutine is left when f ends.
func bubble(f func()) {
	GinkgoHelper()
	synctest.Test(suiteT, func(*testing.T) {
		defer GinkgoRecover()
		time.Sleep(time.Until(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)))
		f()
	})
}

// figure prints a line of the run on the screen. Figures differ from run to run, so that they are not in REPORT.md.
func figure(name string, value any) {
	AddReportEntry(name, value, ReportEntryVisibilityAlways)
}
