package pipeline_test

import (
	"runtime/debug"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
)

var _ = Describe("The version in the User-Agent", func() {
	const name = "github.com/acschat/acs-chat-go"

	DescribeTable("is that of this module in the program", func(modules []*debug.Module, want string) {
		Expect(pipeline.ModuleVersion(modules)).To(Equal(want))
	},
		Entry("as a dependency", []*debug.Module{{Path: "example.com/x", Version: "v1.0.0"}, {Path: name, Version: "v0.2.0"}}, "0.2.0"),
		Entry("of a commit", []*debug.Module{{Path: name, Version: "v0.2.1-0.20261130120000-0123456789ab+dirty"}},
			"0.2.1-0.20261130120000-0123456789ab+dirty"),
		Entry("that a fork replaces", []*debug.Module{{Path: name, Version: "v0.2.0", Replace: &debug.Module{Path: "example.com/fork", Version: "v0.3.0"}}},
			"0.3.0"),
		Entry("that a working copy replaces", []*debug.Module{{Path: name, Version: "v0.2.0", Replace: &debug.Module{Path: "../acs-chat-go"}}}, "0.0.0-devel"),
		Entry("built from a working copy", []*debug.Module{{Path: name, Version: "(devel)"}}, "0.0.0-devel"),
		Entry("without build information", nil, "0.0.0-devel"),
	)
})
