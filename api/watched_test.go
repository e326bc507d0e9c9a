package api_test

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// unwatched are the test files and folders whose services are not watched, with the reason. Examples are not watched either: they are what a
// user writes. Nor are fuzz targets, which run outside of a spec.
var unwatched = map[string]string{
	"api/check_test.go":                        "it checks the exchanges itself",
	"chat/chattest/benchmark_test.go":          "a benchmark measures the service alone",
	"chat/chattest/realtime_benchmark_test.go": "a benchmark measures the service alone",
	"chat/soak/":                               "its faults are not in the contracts, and its load is the calls of other suites",
	"chat/realtime/memory_guard_test.go":       "it counts the memory of the client",
	"chat/chattest/conformance/":               "what the official clients send is not ours to check",
	"chat/examples/":                           "modules of their own, which show what a user writes",
	"chat/outbox/":                             "a module of its own; it calls what the suite of chat checks",
}

var _ = Describe("The suites", func() {
	It("watch every service that they open", func(ctx SpecContext) {
		list := exec.CommandContext(ctx, "git", "ls-files", "*_test.go")
		list.Dir = ".."
		out, err := list.Output()
		Expect(err).NotTo(HaveOccurred())
		open := regexp.MustCompile(`chattest\.(Open\(|NewServer\([^,]+, )(api\.Watch\()?`)
		var missing []string
		for name := range strings.FieldsSeq(string(out)) {
			text, err := os.ReadFile(filepath.Join("..", name))
			Expect(err).NotTo(HaveOccurred())
			excepted := func(prefix string) bool { return strings.HasPrefix(name, prefix) }
			if slices.ContainsFunc(slices.Collect(maps.Keys(unwatched)), excepted) || strings.HasPrefix(filepath.Base(name), "example") ||
				strings.HasSuffix(name, "_fuzz_test.go") {
				continue
			}
			for _, match := range open.FindAllStringSubmatch(string(text), -1) {
				if match[2] == "" {
					missing = append(missing, name+": "+match[0])
				}
			}
		}
		Expect(missing).To(BeEmpty(), "wrap the options in api.Watch, or give the reason above")
	})
})
