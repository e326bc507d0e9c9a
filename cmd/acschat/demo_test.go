package main_test

import (
	"reflect"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
)

var _ = Describe("acschat demo", func() {
	It("works with nothing set up, and shows every operation of both clients", func() {
		out := emptyShell().Run("demo").OK()
		for _, client := range []reflect.Type{reflect.TypeFor[*chat.Client](), reflect.TypeFor[*chat.ThreadClient]()} {
			for method := range client.Methods() {
				switch name := method.Name; name {
				case "Close", "Explain", "ThreadID": // no operations
				default:
					Expect(out).To(ContainSubstring("." + name + "("))
				}
			}
		}
		Expect(out).To(ContainSubstring("All of it worked"))
	})
})
