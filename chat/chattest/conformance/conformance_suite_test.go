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
	binary := buildProgram(t)
	js := javaScript()
	var found bool
	for _, c := range []*client{js, python()} {
		if err := c.find(t.Context()); err != nil {
			fmt.Printf("conformance: skipped the %s clients: %v\n", c.language, err)
			continue
		}
		found = true
		library, program := startLibrary(t), startChecked(t, binary)
		c.describe("chattest", c.run(t.Context(), library.environment()), library.describe(c))
		c.describe("acschat emulator", c.run(t.Context(), program.environment()), nil)
		describePage(c, binary)
		Describe("The program in "+c.language, func() { c.snippet.sends(c, binary) })
	}
	if js.find(t.Context()) == nil {
		Describe("The official JavaScript package for Event Grid", func() { describeEventGrid(js) })
	}
	if chromium, err := findBrowser(t.Context(), js); err != nil {
		fmt.Printf("conformance: skipped the JavaScript client in Chromium: %v\n", err)
	} else {
		found = true
		library, program := asLibrary(t), asProgram(t, binary)
		b := startBrowser(t, chromium, js, library, program)
		describeRealtime(b, library)
		describeRealtime(b, program)
		describeTokens(b, js, program, binary)
	}
	if found {
		Describe("The program in Go", func() { snippet{"go run .", "main.go", "Hello from Go."}.sends(js, binary) })
		RunSpecs(t, "conformance")
	}
}
