package pipeline_test

import (
	"encoding/json"
	"io"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
	"github.com/acschat/acs-chat-go/gen/chatapi"
)

// thing has a member of each kind of the generated types.
type thing struct {
	Text  string            `json:"text,omitempty"`
	Maybe *string           `json:"maybe,omitempty"`
	Count *int32            `json:"count,omitempty"`
	Flag  *bool             `json:"flag,omitempty"`
	On    time.Time         `json:"on,omitzero"`
	Until *time.Time        `json:"until,omitempty"`
	Notes map[string]string `json:"notes,omitempty"`
	One   *thing            `json:"one,omitempty"`
	Many  []thing           `json:"many,omitempty"`
	Last  string            `json:"last,omitempty"`
}

func decoded(body string) thing {
	GinkgoHelper()
	var t thing
	Expect(pipeline.Decode([]byte(body), &t)).To(Succeed())
	return t
}

var _ = Describe("Decode", func() {
	It("reads an object", func() {
		Expect(decoded(`{"text":"a","maybe":"b","count":3,"flag":true,"on":"2025-11-03T09:16:04Z","until":"2025-11-03T09:16:05Z",` +
			`"notes":{"k":"v"},"one":{"text":"c"},"many":[{"text":"d"},{"text":"e"}],"last":"f"}`)).To(Equal(thing{
			Text: "a", Maybe: new("b"), Count: new(int32(3)), Flag: new(true),
			On: time.Date(2025, 11, 3, 9, 16, 4, 0, time.UTC), Until: new(time.Date(2025, 11, 3, 9, 16, 5, 0, time.UTC)),
			Notes: map[string]string{"k": "v"}, One: &thing{Text: "c"}, Many: []thing{{Text: "d"}, {Text: "e"}}, Last: "f",
		}))
	})

	DescribeTable("returns the zero value for a malformed member, and decodes the others",
		func(member string) {
			got := decoded(`{"text":"a",` + member + `,"last":"z"}`)
			Expect(got.Text).To(Equal("a"))
			Expect(got.Last).To(Equal("z"))
		},
		Entry("a number for a text", `"maybe":1`),
		Entry("an object for a text", `"maybe":{"a":[1,{}]}`),
		Entry("a text for a count", `"count":"3"`),
		Entry("a count that is too large", `"count":4294967296`),
		Entry("a fraction for a count", `"count":1.5`),
		Entry("a number that no type can represent", `"count":1e999`),
		Entry("a text for a flag", `"flag":"true"`),
		Entry("a number for a date", `"on":1762161600000`),
		Entry("an object for a date", `"on":{}`),
		Entry("null for a date", `"on":null`),
		Entry("a word for a date", `"on":"yesterday"`),
		Entry("an array for an optional date", `"until":[]`),
		Entry("an array for a map", `"notes":[1]`),
		Entry("values of other types in a map", `"notes":{"a":1,"b":null,"c":{}}`),
		Entry("an array for an object", `"one":[{}]`),
		Entry("a text for an object", `"one":"x"`),
		Entry("an object for an array", `"many":{"text":"x"}`),
		Entry("values of other types in an array", `"many":[1,null,"x",[],true]`),
		Entry("an unknown member", `"new":{"deep":[{"er":null}]}`),
		Entry("an empty name", `"":""`),
	)

	It("keeps the valid members of an array's items", func() {
		Expect(decoded(`{"many":[1,{"text":"a"},null,{"text":2,"last":"b"}]}`).Many).To(Equal(
			[]thing{{}, {Text: "a"}, {}, {Last: "b"}}))
	})

	It("keeps the valid entries of a map", func() {
		Expect(decoded(`{"notes":{"a":"1","b":2,"c":"3"}}`).Notes).To(SatisfyAll(HaveKeyWithValue("a", "1"), HaveKeyWithValue("c", "3")))
	})

	It("treats null as absent", func() {
		Expect(decoded(`{"text":null,"maybe":null,"count":null,"flag":null,"on":null,"until":null,"notes":null,"one":null,"many":null}`)).
			To(Equal(thing{}))
	})

	It("returns the last of duplicate members", func() {
		Expect(decoded(`{"text":"a","text":"b"}`).Text).To(Equal("b"))
	})

	It("matches names in any letter case", func() {
		Expect(decoded(`{"TEXT":"a","Many":[{"tExT":"b"}]}`)).To(Equal(thing{Text: "a", Many: []thing{{Text: "b"}}}))
	})

	DescribeTable("replaces invalid characters",
		func(body, want string) {
			Expect(decoded(body)).To(Equal(thing{Text: want, Last: "z"}))
		},
		Entry("the first half of a surrogate pair", `{"text":"a\ud83db","last":"z"}`, "a\uFFFDb"),
		Entry("the second half of a surrogate pair", `{"text":"\udc4b","last":"z"}`, "\uFFFD"),
		Entry("invalid UTF-8", "{\"text\":\"a\xffb\",\"last\":\"z\"}", "a\uFFFDb"),
	)

	DescribeTable("ignores around an object",
		func(body string) {
			Expect(decoded(body)).To(Equal(thing{Text: "a"}))
		},
		Entry("a byte order mark", "\ufeff"+`{"text":"a"}`),
		Entry("white space", "\r\n\t {\"text\":\"a\"} \r\n"),
		Entry("both", "\ufeff\r\n"+`{"text":"a"}`+"\n"),
	)

	DescribeTable("fails for",
		func(body, want string) {
			Expect(pipeline.Decode([]byte(body), &thing{})).To(MatchError(ContainSubstring(want)))
		},
		Entry("an empty body", "", "empty"),
		Entry("white space", " \r\n", "empty"),
		Entry("a byte order mark alone", "\ufeff", "empty"),
		Entry("null", "null", "not a JSON object"),
		Entry("an array", `[{"text":"a"}]`, "not a JSON object"),
		Entry("a text", `"text"`, "not a JSON object"),
		Entry("an HTML page", "<!DOCTYPE html><html></html>", "not a JSON object"),
		Entry("an object that is cut short", `{"text":"a"`, "not JSON"),
		Entry("an object that is cut in a text", `{"text":"a`, "not JSON"),
		Entry("an object that is cut in a date", `{"on":"2025-`, "not JSON"),
		Entry("an object that is cut after a name", `{"text":`, "not JSON"),
		Entry("a missing comma", `{"text":"a" "last":"b"}`, "not JSON"),
		Entry("a trailing comma", `{"text":"a",}`, "not JSON"),
		Entry("a name without quotes", `{text:"a"}`, "not JSON"),
		Entry("trailing text", `{"text":"a"}x`, "not JSON"),
		Entry("two objects", `{"text":"a"}{"text":"b"}`, "not JSON"),
		Entry("20,000 levels of nesting", strings.Repeat(`{"one":`, 20_000), "not JSON"),
	)

	DescribeTable("decodes dates",
		func(text string, want time.Time) {
			Expect(decoded(`{"on":"` + text + `"}`).On.UTC()).To(Equal(want))
			forgiven := decoded(`{"on":"` + text + `","count":"odd"}`)
			Expect(forgiven.On.UTC()).To(Equal(want))
		},
		Entry("in whole seconds", "2025-11-03T09:16:04Z", at(0)),
		Entry("with 1 digit", "2025-11-03T09:16:04.1Z", at(100_000_000)),
		Entry("with 2 digits", "2025-11-03T09:16:04.12Z", at(120_000_000)),
		Entry("with 3 digits", "2025-11-03T09:16:04.123Z", at(123_000_000)),
		Entry("with 4 digits", "2025-11-03T09:16:04.1234Z", at(123_400_000)),
		Entry("with 5 digits", "2025-11-03T09:16:04.12345Z", at(123_450_000)),
		Entry("with 6 digits", "2025-11-03T09:16:04.123456Z", at(123_456_000)),
		Entry("with 7 digits", "2025-11-03T09:16:04.1234567Z", at(123_456_700)),
		Entry("with 9 digits", "2025-11-03T09:16:04.123456789Z", at(123_456_789)),
		Entry("with more digits than a time can represent", "2025-11-03T09:16:04.12345678912Z", at(123_456_789)),
		Entry("with an offset of zero", "2025-11-03T09:16:04.4821937+00:00", at(482_193_700)),
		Entry("with a positive offset", "2025-11-03T11:46:04+02:30", at(0)),
		Entry("with a negative offset", "2025-11-03T01:16:04-08:00", at(0)),
		Entry("without an offset, as UTC", "2025-11-03T09:16:04", at(0)),
		Entry("with digits and no offset", "2025-11-03T09:16:04.1234567", at(123_456_700)),
		Entry("with an escaped plus, as .NET writes it", `2025-11-03T09:16:04\u002B00:00`, at(0)),
		Entry("at the Unix epoch", "1970-01-01T00:00:00Z", time.Unix(0, 0).UTC()),
		Entry("that are the zero value of .NET", "0001-01-01T00:00:00", time.Time{}),
	)

	DescribeTable("decodes a malformed date as the zero time:",
		func(text string) {
			Expect(decoded(`{"on":"` + text + `","until":"` + text + `","last":"z"}`)).To(Equal(thing{Until: new(time.Time{}), Last: "z"}))
		},
		Entry("an empty text", ""),
		Entry("a word", "yesterday"),
		Entry("a date without a time", "2025-11-03"),
		Entry("a thirteenth month", "2025-13-03T09:16:04Z"),
		Entry("a date in US notation", "11/3/2025 9:16:04 AM +00:00"),
		Entry("half of a surrogate pair", `\ud83d`),
		Entry("a backslash", `2025-11-03T09:16:04\\`),
		Entry("a malformed fraction of 1,024 digits", "2025-11-03T09:16:04."+strings.Repeat("1", 1<<10)+"x"),
	)
})

func at(nanoseconds int) time.Time { return time.Date(2025, 11, 3, 9, 16, 4, nanoseconds, time.UTC) }

var _ = Describe("Encode", func() {
	encoded := func(request any) string {
		body, err := io.ReadAll(pipeline.Encode(request))
		Expect(err).NotTo(HaveOccurred())
		return string(body)
	}

	It("omits members that are not set", func() {
		Expect(encoded(thing{})).To(Equal(`{}`))
	})

	It("does not escape markup, since the service's limits count bytes", func() {
		Expect(encoded(thing{Text: "<b>a & b</b>"})).To(Equal(`{"text":"<b>a & b</b>"}`))
	})

	DescribeTable("writes the JSON that encoding/json writes for", func(request any) {
		body, err := json.Marshal(request)
		Expect(err).NotTo(HaveOccurred())
		Expect(encoded(request)).To(MatchJSON(body))
	},
		Entry("invalid UTF-8", thing{Text: "a\xffb"}),
		Entry("control characters and line separators", thing{Text: "\x00\b\u2028\u2029\"\\"}),
		Entry("an empty text that is set", chatapi.UpdateChatMessageRequest{Content: new("")}),
		Entry("names that become equal when invalid UTF-8 is replaced", chatapi.UpdateChatMessageRequest{Metadata: map[string]string{"\xff": "1", "\xfe": "2", "a": ""}}),
		Entry("an empty list", chatapi.AddChatParticipantsRequest{Participants: []chatapi.ChatParticipant{}}),
		Entry("a nil list", chatapi.AddChatParticipantsRequest{}),
		Entry("a time", chatapi.ChatParticipant{ShareHistoryTime: new(time.Date(2025, 11, 3, 9, 16, 4, 5e6, time.UTC))}),
	)
})
