package chat_test

import (
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
)

// refusal is an answer of the service; header holds names and values in turn.
func refusal(status int, body string, header ...string) *http.Response {
	resp, err := reply(status, body, header...)(nil)
	Expect(err).NotTo(HaveOccurred())
	return resp
}

// said is the part of an error that the service wrote.
func said(e *chat.Error) chat.Error {
	return chat.Error{Code: e.Code, Message: e.Message, Target: e.Target, Details: e.Details, InnerError: e.InnerError}
}

const page = "<!DOCTYPE html>\r\n<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>\r\n"

var _ = Describe("NewError", func() {
	crlf := func(body string) string { return strings.ReplaceAll(body, "\n", "\r\n") }
	notFound := chat.Error{Code: "NotFound", Message: "The specified thread id was not found."}

	DescribeTable("parses an error",
		func(body string, want chat.Error) {
			for _, mark := range []string{"", "\ufeff"} {
				e := chat.NewError("try", refusal(http.StatusNotFound, mark+body), "")
				Expect(said(e)).To(Equal(want))
				Expect(e.StatusCode).To(Equal(http.StatusNotFound))
			}
		},
		Entry("as recorded, over several lines", crlf(`{
  "CommunicationError": {
    "Code": "NotFound",
    "Message": "The specified thread id was not found.",
    "Details": []
  }
}`), notFound),
		Entry("as recorded, without a message", crlf(`{
  "CommunicationError": {
    "Code": "Forbidden",
    "Details": []
  }
}`), chat.Error{Code: "Forbidden"}),
		Entry("as documented", `{"error":{"code":"NotFound","message":"The specified thread id was not found."}}`, notFound),
		Entry("as documented, with all members",
			`{"error":{"code":"BadRequest","message":"Request is not valid.","target":"participants",`+
				`"details":[{"code":"InvalidIdentifier","message":"Unusable raw id.","target":"participants[0]"}],`+
				`"innererror":{"code":"Inner","message":"Lower-level cause.","innererror":{"code":"Innermost"}}}}`,
			chat.Error{
				Code: "BadRequest", Message: "Request is not valid.", Target: "participants",
				Details:    []*chat.Error{{Code: "InvalidIdentifier", Message: "Unusable raw id.", Target: "participants[0]"}},
				InnerError: &chat.Error{Code: "Inner", Message: "Lower-level cause.", InnerError: &chat.Error{Code: "Innermost"}},
			}),
		Entry("as in the previews", `{"Error":{"Code":"NotFound","Message":"The specified thread id was not found.","Details":[]}}`, notFound),
		Entry("as recorded in 2021", `{"ChatError":{"Code":"NotFound","Message":"The specified thread id was not found."}}`, notFound),
		Entry("as in the first preview", `{"Code":"NotFound","Message":"The specified thread id was not found."}`, notFound),
		Entry("bare, with inner errors",
			`{"Code":"BadRequest","Message":"No.","InnerErrors":[{"Code":"A","Message":"a"},{"Code":"B","Message":"b"}]}`,
			chat.Error{Code: "BadRequest", Message: "No.", Details: []*chat.Error{{Code: "A", Message: "a"}, {Code: "B", Message: "b"}}}),
		Entry("bare, with no inner errors", `{"Code":"NotFound","Message":"The specified thread id was not found.","InnerErrors":[]}`, notFound),
		Entry("with details and inner errors", `{"error":{"code":"X","details":[{"code":"A"}],"innerErrors":[{"code":"B"}]}}`,
			chat.Error{Code: "X", Details: []*chat.Error{{Code: "A"}, {Code: "B"}}}),
		Entry("with details in details", `{"error":{"code":"A","details":[{"code":"B","details":[{"code":"C"},{"code":"D"}]}]}}`,
			chat.Error{Code: "A", Details: []*chat.Error{{Code: "B", Details: []*chat.Error{{Code: "C"}, {Code: "D"}}}}}),
		Entry("with an empty inner error", `{"error":{"code":"NotFound","message":"The specified thread id was not found.","innererror":{}}}`,
			notFound),
		Entry("with a null for it", `{"error":{"code":"UnsupportedApiVersion","message":"No.","innerError":null}}`,
			chat.Error{Code: "UnsupportedApiVersion", Message: "No."}),
		Entry("with null for everything", `{"error":{"code":null,"message":null,"target":null,"details":null,"innererror":null}}`, chat.Error{}),
		Entry("in any letter case", `{"ERROR":{"CODE":"NotFound","mESSAGE":"The specified thread id was not found."}}`, notFound),
		Entry("in an empty wrapper, beside it", `{"error":{},"code":"NotFound","message":"The specified thread id was not found."}`, notFound),
		Entry("beside a wrapper that is a string", `{"error":"not found","code":"NotFound","message":"The specified thread id was not found."}`, notFound),
		Entry("with a number for its code", `{"error":{"code":404,"message":"No."}}`, chat.Error{Code: "404", Message: "No."}),
		Entry("as a gateway does", `{"statusCode":404,"message":"Resource not found"}`, chat.Error{Message: "Resource not found"}),
		Entry("with other types everywhere", `{"error":{"code":{},"message":[1],"target":true,"details":{"code":"A"},"innererror":"x"}}`,
			chat.Error{Target: "true"}),
		Entry("with other types among the details", `{"error":{"code":"A","details":[1,null,"x",{},{"code":"B"}]}}`,
			chat.Error{Code: "A", Details: []*chat.Error{{Code: "B"}}}),
		Entry("with half a surrogate pair", `{"error":{"code":"A","message":"a\ud83d"}}`, chat.Error{Code: "A", Message: "a\uFFFD"}),
		Entry("truncated", `{"CommunicationError":{"Code":"NotFound","Message":"The specified thread id was not found.","Details":[`, chat.Error{}),
		Entry("for many at once, in 2020", `{"multipleStatus":[{"id":"8:acs:a","statusCode":403,"type":"ThreadMember"}]}`, chat.Error{}),
		Entry("without a code and a message", `{}`, chat.Error{}),
		Entry("without a body", ``, chat.Error{}),
		Entry("with white space", "\r\n", chat.Error{}),
		Entry("as the page of another server", page, chat.Error{}),
		Entry("as an array", `[{"code":"A"}]`, chat.Error{}),
		Entry("as a string", `"no"`, chat.Error{}),
		Entry("as null", `null`, chat.Error{}),
	)

	It("keeps the ids that support asks for", func() {
		resp := refusal(http.StatusForbidden, `{}`, "MS-CV", "Iu9oBvkvu72XHU5r+P3AAg.0", "x-ms-client-request-id", "echo")
		resp.Request = &http.Request{Header: http.Header{"X-Ms-Client-Request-Id": {"asked"}}}
		e := chat.NewError("try", resp, "")
		Expect(e.CorrelationVector).To(Equal("Iu9oBvkvu72XHU5r+P3AAg.0"))
		Expect(e.RequestID).To(Equal("asked"))
	})

	It("takes the request id from the response if the request has none", func() {
		resp := refusal(http.StatusForbidden, `{}`, "x-ms-client-request-id", "echo")
		Expect(chat.NewError("try", resp, "").RequestID).To(Equal("echo"))
		resp.Request = &http.Request{Header: http.Header{}}
		Expect(chat.NewError("try", resp, "").RequestID).To(Equal("echo"))
	})

	It("leaves the body readable, in the response and in the error", func() {
		resp := refusal(http.StatusBadGateway, page)
		e := chat.NewError("try", resp, "")
		raw, ok := errors.AsType[*azcore.ResponseError](e)
		Expect(ok).To(BeTrue())
		Expect(raw.StatusCode).To(Equal(http.StatusBadGateway))
		Expect(raw.RawResponse.Status).To(Equal("502 Bad Gateway"))
		Expect(io.ReadAll(raw.RawResponse.Body)).To(BeEquivalentTo(page))
		Expect(io.ReadAll(resp.Body)).To(BeEquivalentTo(page))
	})

	It("also sets the code of the azcore error", func() {
		raw, ok := errors.AsType[*azcore.ResponseError](chat.NewError("try", refusal(http.StatusForbidden, `{"CommunicationError":{"Code":"Forbidden"}}`), ""))
		Expect(ok).To(BeTrue())
		Expect(raw.ErrorCode).To(Equal("Forbidden"))
	})

	It("accepts a response without a body", func() {
		e := chat.NewError("try", &http.Response{StatusCode: http.StatusUnauthorized}, "")
		Expect(e.Error()).To(Equal("try: 401 Unauthorized"))
		Expect(e).To(MatchError(chat.ErrUnauthorized))
	})
})
