package chatmatchers_test

import (
	"net/http"
	"net/url"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat/chattest"
	. "github.com/acschat/acs-chat-go/chat/chattest/chatmatchers"
)

var _ = Describe("A detail of a request", func() {
	request := chattest.Request{
		Query:  url.Values{"maxPageSize": {"2"}},
		Header: http.Header{"Repeatability-Request-Id": {"mine"}},
		Body:   []byte(`{"topic":"Lunch","participants":[]}`),
	}

	It("is its body: as JSON, as text, or by a matcher", func() {
		Expect(request).To(WithBody(`{ "participants": [], "topic": "Lunch" }`))
		Expect(request).NotTo(WithBody(`{"topic":"Lunch"}`))
		Expect(request).NotTo(WithBody(""))
		Expect(request).To(WithBody(ContainSubstring("Lunch")))
		Expect(chattest.Request{}).To(WithBody(""))
		Expect(chattest.Request{Body: []byte("plain")}).To(WithBody("plain"))
	})

	It("is a parameter of its query, which may be a number", func() {
		Expect(request).To(WithQuery("maxPageSize", "2"))
		Expect(request).To(WithQuery("maxPageSize", 2))
		Expect(request).NotTo(WithQuery("maxPageSize", 3))
		Expect(request).To(WithQuery("startTime", BeEmpty()))
	})

	It("is a header, whose name is not case-sensitive", func() {
		Expect(request).To(WithHeader("repeatability-request-id", "mine"))
		Expect(request).To(WithHeader("repeatability-request-id", Not(BeEmpty())))
		Expect(request).NotTo(WithHeader("repeatability-request-id", "yours"))
		Expect(request).To(WithHeader("x-not-there", ""))
	})

	It("can be used as a matcher on its own", func() {
		Expect([]chattest.Request{{}, request}).To(ContainElement(And(WithQuery("maxPageSize", 2), WithHeader("x-not-there", ""))))
	})

	It("says what was found instead", func() {
		Expect(failure(request, WithQuery("maxPageSize", 3))).To(Equal(`Expected query parameter maxPageSize "3", but it is "2"`))
		Expect(negatedFailure(request, WithQuery("maxPageSize", 2))).To(Equal(`Did not expect query parameter maxPageSize "2"`))
		Expect(failure(request, WithHeader("x-mine", HavePrefix("1")))).To(Equal(lines(
			"Of the header x-mine:",
			"    Expected",
			"        <string>: ",
			"    to have prefix",
			"        <string>: 1",
		)))
		Expect(negatedFailure(request, WithQuery("maxPageSize", HaveLen(1)))).To(HavePrefix("Of the query parameter maxPageSize:\n    Expected\n"))
	})

	It("refuses other values than requests", func() {
		_, err := WithBody("x").Match("x")
		Expect(err).To(MatchError("the body is that of a chattest.Request, not of a string"))
	})
})
