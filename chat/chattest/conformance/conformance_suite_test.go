//go:build conformance

package conformance_test

import (
	"fmt"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

func TestConformance(t *testing.T) {
	RegisterFailHandler(Fail)
	var found bool
	for _, c := range []*client{javaScript(), python()} {
		if err := c.find(t.Context()); err != nil {
			fmt.Printf("conformance: skipped the %s clients: %v\n", c.language, err)
			continue
		}
		found = true
		library, program := startLibrary(t), startProgram(t)
		c.describe("chattest", c.run(t.Context(), library.environment()), library.describe(c))
		c.describe("acschat emulator", c.run(t.Context(), program.environment()), nil)
	}
	if found {
		RunSpecs(t, "conformance")
	}
}
