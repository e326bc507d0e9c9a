package chattest_test

import (
	"encoding/json"
	"net/http"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat/chattest"
)

var _ = Describe("A fault in JSON", func() {
	DescribeTable("survives a round trip",
		func(fault chattest.Fault, text string) {
			written, err := json.Marshal(fault)
			Expect(err).NotTo(HaveOccurred())
			Expect(string(written)).To(Equal(text))
			var read chattest.Fault
			Expect(json.Unmarshal([]byte(text), &read)).To(Succeed())
			Expect(read).To(Equal(fault))
		},
		Entry("zero", chattest.Fault{}, `{}`),
		Entry("when", chattest.Fault{Nth: 2, Every: 3, Times: -1}, `{"nth":2,"every":3,"times":-1}`),
		Entry("an answer", chattest.Fault{Status: 429, Code: "C", Message: "M", RetryAfter: 90 * time.Second, Header: http.Header{"X": {"1", "2"}}},
			`{"status":429,"code":"C","message":"M","header":{"X":["1","2"]},"retryAfter":"1m30s"}`),
		Entry("elsewhere", chattest.Fault{Redirect: "https://x/", ExpiredToken: true, RevokedToken: true}, `{"redirect":"https://x/","expiredToken":true,"revokedToken":true}`),
		Entry("the connection", chattest.Fault{Delay: 1500 * time.Millisecond, LoseReply: true, CutBody: true}, `{"loseReply":true,"cutBody":true,"delay":"1.5s"}`),
		Entry("the clock", chattest.Fault{ClockSkew: -time.Hour}, `{"clockSkew":"-1h0m0s"}`),
		Entry("the body", chattest.Fault{NextLinkHost: "x:1", HTML: true, EmptyBody: true}, `{"nextLinkHost":"x:1","html":true,"emptyBody":true}`),
		Entry("pages", chattest.Fault{EmptyPage: true, ShortPage: 1, DuplicateItem: true, DuplicateRequest: true},
			`{"emptyPage":true,"shortPage":1,"duplicateItem":true,"duplicateRequest":true}`),
	)

	DescribeTable("is refused with an explanation",
		func(text, message string) {
			fault := chattest.Fault{Status: 500}
			Expect(fault.UnmarshalJSON([]byte(text))).To(MatchError(message))
			Expect(fault).To(Equal(chattest.Fault{Status: 500}))
		},
		Entry("an unknown member", `{"statsu":429}`, `unknown field "statsu"`),
		Entry("text for a number", `{"status":"429"}`, "status must not be a JSON string"),
		Entry("a number for a duration", `{"delay":5}`, "delay must not be a JSON number"),
		Entry("no duration", `{"retryAfter":"soon"}`, `"soon" is not a duration such as "1.5s"`),
		Entry("half an item", `{"shortPage":0.5}`, "shortPage must not be a JSON number 0.5"),
		Entry("no status", `{"status":99}`, "status must be from 200 to 599"),
		Entry("no status either", `{"status":600}`, "status must be from 200 to 599"),
		Entry("before the first", `{"nth":-1}`, "nth must not be negative"),
		Entry("every minus one", `{"every":-1}`, "every must not be negative"),
		Entry("before it came", `{"delay":"-1s"}`, "delay must not be negative"),
		Entry("after a time that has passed", `{"retryAfter":"-1s"}`, "retryAfter must not be negative"),
		Entry("fewer than no items", `{"shortPage":-1}`, "shortPage must not be negative"),
		Entry("no object", `[]`, "the value must not be a JSON array"),
		Entry("nothing", ``, "the JSON object is missing or incomplete"),
		Entry("half of it", `{"status":`, "the JSON object is missing or incomplete"),
		Entry("two", `{} {}`, "there is more than one JSON value"),
		Entry("no JSON", `{status:429}`, "invalid character 's' looking for beginning of object key string"),
	)
})
