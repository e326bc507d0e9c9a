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
		Entry("which requests", chattest.Fault{Nth: 2, Every: 3, Times: -1}, `{"nth":2,"every":3,"times":-1}`),
		Entry("a response", chattest.Fault{Status: 429, Code: "C", Message: "M", RetryAfter: 90 * time.Second, Header: http.Header{"X": {"1", "2"}}},
			`{"status":429,"code":"C","message":"M","header":{"X":["1","2"]},"retryAfter":"1m30s"}`),
		Entry("a redirect", chattest.Fault{Redirect: "https://x/", ExpiredToken: true, RevokedToken: true}, `{"redirect":"https://x/","expiredToken":true,"revokedToken":true}`),
		Entry("the connection", chattest.Fault{Delay: 1500 * time.Millisecond, LoseRequest: true, LoseReply: true, CutBody: true}, `{"loseRequest":true,"loseReply":true,"cutBody":true,"delay":"1.5s"}`),
		Entry("the clock", chattest.Fault{ClockSkew: -time.Hour}, `{"clockSkew":"-1h0m0s"}`),
		Entry("the body", chattest.Fault{NextLinkHost: "x:1", HTML: true, EmptyBody: true}, `{"nextLinkHost":"x:1","html":true,"emptyBody":true}`),
		Entry("pages", chattest.Fault{EmptyPage: true, ShortPage: 1, ListingLag: time.Second, DuplicateItem: true, DuplicateRequest: true},
			`{"emptyPage":true,"shortPage":1,"duplicateItem":true,"duplicateRequest":true,"listingLag":"1s"}`),
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
		Entry("an invalid duration", `{"retryAfter":"soon"}`, `"soon" is not a duration such as "1.5s"`),
		Entry("a fraction of an item", `{"shortPage":0.5}`, "shortPage must not be a JSON number 0.5"),
		Entry("a status that is too low", `{"status":99}`, "status must be from 200 to 599"),
		Entry("a status that is too high", `{"status":600}`, "status must be from 200 to 599"),
		Entry("a negative nth", `{"nth":-1}`, "nth must not be negative"),
		Entry("a negative every", `{"every":-1}`, "every must not be negative"),
		Entry("a negative delay", `{"delay":"-1s"}`, "delay must not be negative"),
		Entry("a negative retryAfter", `{"retryAfter":"-1s"}`, "retryAfter must not be negative"),
		Entry("a negative number of items", `{"shortPage":-1}`, "shortPage must not be negative"),
		Entry("a negative lag", `{"listingLag":"-1s"}`, "listingLag must not be negative"),
		Entry("an event that is lost and reordered", `{"loseEvent":true,"reorderEvent":true}`, "an event that is lost can't be duplicated or reordered"),
		Entry("an event that is lost and duplicated", `{"loseEvent":true,"duplicateEvent":true}`, "an event that is lost can't be duplicated or reordered"),
		Entry("an array", `[]`, "the value must not be a JSON array"),
		Entry("nothing", ``, "the JSON object is missing or incomplete"),
		Entry("a truncated object", `{"status":`, "the JSON object is missing or incomplete"),
		Entry("two objects", `{} {}`, "there is more than one JSON value"),
		Entry("not JSON", `{status:429}`, "invalid character 's' looking for beginning of object key string"),
	)
})
