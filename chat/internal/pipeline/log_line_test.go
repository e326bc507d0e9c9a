package pipeline_test

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
)

var _ = Describe("LogLine", func() {
	const payload = "eyJza3lwZWlkIjoiYWNzOmZha2UiLCJleHAiOjE3NjIxNjE2MDB9"

	DescribeTable("returns one printable line",
		func(text, want string) {
			Expect(pipeline.LogLine(text)).To(Equal(want))
		},
		Entry("of plain words, unchanged", "The specified thread id was not found.", "The specified thread id was not found."),
		Entry("of other scripts, unchanged", "найдено: 0 件 é 👋", "найдено: 0 件 é 👋"),
		Entry("of ids, unchanged", "Identifier format is invalid (8:acs:5b0c_0000002a-e8e1).", "Identifier format is invalid (8:acs:5b0c_0000002a-e8e1)."),
		Entry("for an empty text, empty", "", ""),
		Entry("for white space, empty", " \r\n\t ", ""),
		Entry("for several lines", "a\r\n  \"b\"\n\tc", `a "b" c`),
		Entry("for Unicode line separators", "a\u2028b\u2029c\u0085d", "a b c d"),
		Entry("without control characters of terminals", "\x1b[31mred\x1b[0m\a\x00", "[31mred [0m"),
		Entry("without characters that change the direction of text", "a\u202eb", "a b"),
		Entry("without invalid UTF-8", "a\xffb\xc3", "ab"),
	)

	DescribeTable("redacts",
		func(text, want string) {
			Expect(pipeline.LogLine(text)).To(Equal(want))
		},
		Entry("a token", "token eyJhbGciOiJub25lIn0."+payload+".c2ln is bad", "token [redacted] is bad"),
		Entry("a token that contains invalid bytes", "eyJhbGci\xffOiJub25lIn0."+payload+".c2ln", "[redacted]"),
		Entry("an opaque token after its scheme", "got Bearer Zm9vYmFyYmF6cXV4Zm9vYmFy.", "got Bearer [redacted]"),
		Entry("a query", "GET https://host/chat/threads?syncState=abc&api-version=1 failed", "GET https://host/chat/threads[redacted] failed"),
		Entry("a query in quotes", "uri 'https://host/identities?sig=a%2Fb' does not", "uri 'https://host/identities[redacted]' does not"),
		Entry("a query without a value", "https://host/p?s3cret", "https://host/p[redacted]"),
		Entry("a key", "endpoint=https://host/;accesskey=c2VjcmV0c2VjcmV0==", "endpoint=https://host/;accesskey=[redacted]"),
		Entry("a signature", "HMAC-SHA256 SignedHeaders=x-ms-date;host&Signature=Nh4GEgR6nWk=", "HMAC-SHA256 SignedHeaders=x-ms-date;host&Signature=[redacted]"),
	)

	It("does not redact question marks and words about tokens", func() {
		Expect(pipeline.LogLine("is something else at the endpoint?")).To(Equal("is something else at the endpoint?"))
		Expect(pipeline.LogLine("the bearer token has expired")).To(Equal("the bearer token has expired"))
	})

	DescribeTable("returns at most 300 bytes",
		func(text string) {
			Expect(len(pipeline.LogLine(text))).To(BeNumerically("<=", 300+len("…")))
			Expect([]rune(pipeline.LogLine(text))).NotTo(ContainElement('\uFFFD'))
		},
		Entry("for one long word", strings.Repeat("x", 1<<20)),
		Entry("for many lines", strings.Repeat("line\r\n", 1<<16)),
		Entry("without cutting a letter in two", strings.Repeat("é", 1<<10)),
		Entry("without cutting a letter at the end of what it reads", "x"+strings.Repeat("件", 1<<10)),
	)

	It("marks a text that it has cut", func() {
		Expect(pipeline.LogLine(strings.Repeat("x", 301))).To(Equal(strings.Repeat("x", 300) + "…"))
		Expect(pipeline.LogLine(strings.Repeat("x", 300))).To(Equal(strings.Repeat("x", 300)))
	})
})
