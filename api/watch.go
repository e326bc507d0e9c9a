package api

import (
	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat/chattest"
)

// Watch returns options of a service whose exchanges are checked: a deviation from the contracts fails the spec that runs.
// The options are copied, and OnRequest is called before the check. Nil options are the zero value. It is called in a spec.
func Watch(options *chattest.Options) *chattest.Options {
	var watched chattest.Options
	if options != nil {
		watched = *options
	}
	also := watched.OnRequest
	watched.OnRequest = func(q chattest.Request) {
		if also != nil {
			also(q)
		}
		defer ginkgo.GinkgoRecover()
		gomega.Expect(Check(q)).To(gomega.Succeed())
	}
	return &watched
}
