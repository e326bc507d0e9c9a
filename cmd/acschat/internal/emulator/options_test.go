package emulator_test

import (
	"encoding/json"
	"os"
	"path/filepath"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/emulator"
)

var _ = Describe("A file of an option", func() {
	read := func(text string) (chattest.Seed, error) {
		GinkgoHelper()
		file := filepath.Join(GinkgoT().TempDir(), "seed")
		Expect(os.WriteFile(file, []byte(text), 0o600)).To(Succeed())
		var seed chattest.Seed
		err := emulator.ReadFile("--seed", file, &seed)
		return seed, err
	}

	DescribeTable("in JSON is read as JSON, also where YAML differs:",
		func(text string) {
			var want chattest.Seed
			Expect(json.Unmarshal([]byte(text), &want)).To(Succeed())
			Expect(read(text)).To(Equal(want))
		},
		Entry("escaped surrogate pairs", `{"threads":[{"topic":"\ud83d\ude00","createdBy":"ana"}]}`),
		Entry("line breaks of Unicode", "{\"threads\":[{\"topic\":\"a\u0085b\u2028c\",\"createdBy\":\"ana\"}]}"),
		Entry("indentation by tabs", "{\n\t\"users\": [\n\t\t\"ana\"\n\t]\n}\n"),
		Entry("a name that YAML merges", `{"threads":[{"topic":"t","metadata":{"<<":"x"}}]}`),
	)

	DescribeTable("that is refused is explained in one line:",
		func(text, reason string) {
			_, err := read(text)
			Expect(err).To(MatchError(And(HavePrefix("--seed "), ContainSubstring(reason), Not(ContainSubstring("\n")))))
		},
		Entry("names that are given twice", "users: [a]\nusers: [b]\nthreads: []\nthreads: []\n",
			`: yaml: line 2: mapping key "users" already defined at line 1; line 4: mapping key "threads" already defined at line 3`),
		Entry("names that are given twice in JSON", `{"users":["a"],"users":["b"]}`, "already defined"),
		Entry("unknown names", `{"user":["a"]}`, `unknown field "user"`),
		Entry("an unknown name in a list", "threads:\n  - topic: a\n  - topc: b\n", `unknown field "threads[1].topc"`),
		Entry("a malformed duration", "threads:\n  - topic: a\n    ago: 1 hour\n", `: threads[0].ago: "1 hour" is not a duration such as "1.5s"`),
		Entry("an object instead of a name", "users:\n  - id: a\n", "users[0] must not be an object"),
		Entry("a value of another type", `{"users":"ana"}`, "users must not be a string"),
		Entry("a list", `["ana"]`, "cannot unmarshal"),
		Entry("an incomplete object", `{"users":["ana"]`, "did not find"),
	)
})
