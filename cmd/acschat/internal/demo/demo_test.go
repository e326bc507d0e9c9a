package demo_test

import (
	"bytes"
	"reflect"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/demo"
)

var _ = Describe("Run", func() {
	It("runs every operation of both clients and checks the results", func(ctx SpecContext) {
		var out bytes.Buffer
		Expect(demo.Run(ctx, &out)).To(Succeed())
		for _, client := range []reflect.Type{reflect.TypeFor[*chat.Client](), reflect.TypeFor[*chat.ThreadClient]()} {
			for method := range client.Methods() {
				switch name := method.Name; name {
				case "Client", "Close", "Explain", "Pipeline", "ThreadID": // not operations
				default:
					Expect(out.String()).To(ContainSubstring("." + name + "("))
				}
			}
		}
		Expect(out.String()).To(MatchRegexp(`Bob hears \d+ from Alice: "All regions are green\."`))
		Expect(out.String()).To(ContainSubstring("All of it worked"))
	})
})
