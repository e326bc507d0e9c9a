package chat_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat"
)

var sentinels = []error{
	chat.ErrBadRequest, chat.ErrUnauthorized, chat.ErrForbidden, chat.ErrNotFound, chat.ErrTooLarge, chat.ErrThrottled, chat.ErrUnavailable,
	chat.ErrOutcomeUnknown, chat.ErrClosed,
}

var _ = Describe("Error", func() {
	DescribeTable("matches the sentinel of its status, and no other",
		func(status int, want error) {
			e := chat.NewError("try", refusal(status, ``), "")
			for _, sentinel := range sentinels {
				if errors.Is(sentinel, want) {
					Expect(e).To(MatchError(sentinel))
				} else {
					Expect(e).NotTo(MatchError(sentinel))
				}
			}
		},
		Entry("400", http.StatusBadRequest, chat.ErrBadRequest),
		Entry("401", http.StatusUnauthorized, chat.ErrUnauthorized),
		Entry("403", http.StatusForbidden, chat.ErrForbidden),
		Entry("404", http.StatusNotFound, chat.ErrNotFound),
		Entry("408", http.StatusRequestTimeout, chat.ErrUnavailable),
		Entry("413", http.StatusRequestEntityTooLarge, chat.ErrTooLarge),
		Entry("429", http.StatusTooManyRequests, chat.ErrThrottled),
		Entry("500", http.StatusInternalServerError, chat.ErrUnavailable),
		Entry("502", http.StatusBadGateway, chat.ErrUnavailable),
		Entry("503", http.StatusServiceUnavailable, chat.ErrUnavailable),
		Entry("504", http.StatusGatewayTimeout, chat.ErrUnavailable),
		Entry("207, which no operation returns any more", http.StatusMultiStatus, nil),
		Entry("307", http.StatusTemporaryRedirect, nil),
		Entry("405", http.StatusMethodNotAllowed, nil),
		Entry("409", http.StatusConflict, nil),
		Entry("415", http.StatusUnsupportedMediaType, nil),
		Entry("422", http.StatusUnprocessableEntity, nil),
		Entry("501", http.StatusNotImplemented, nil),
	)

	It("is returned by a call with all details of the response", func(ctx SpecContext) {
		thread, wire := threadOf(reply(http.StatusForbidden,
			"{\r\n  \"CommunicationError\": {\r\n    \"Code\": \"Forbidden\",\r\n    \"Message\": \"The initiator doesn't have the permission "+
				"to perform the requested operation.\",\r\n    \"Details\": []\r\n  }\r\n}", "MS-CV", "b0/lbbI2TwvKro/ziho/dg.0", "Retry-After", "3"))
		_, err := thread.GetProperties(ctx)

		Expect(err).To(MatchError(chat.ErrForbidden))
		e, ok := errors.AsType[*chat.Error](err)
		Expect(ok).To(BeTrue())
		Expect(said(e)).To(Equal(chat.Error{
			Code: "Forbidden", Message: "The initiator doesn't have the permission to perform the requested operation.",
		}))
		Expect(e.StatusCode).To(Equal(http.StatusForbidden))
		Expect(e.CorrelationVector).To(Equal("b0/lbbI2TwvKro/ziho/dg.0"))
		Expect(e.RetryAfter).To(Equal(3 * time.Second))
		Expect(e.RequestID).NotTo(BeEmpty())
		Expect(e.RequestID).To(Equal(wire.Requests()[0].Header.Get("x-ms-client-request-id")))
		Expect(err.Error()).To(Equal("chat: get thread properties: 403 Forbidden: The initiator doesn't have the permission to perform the " +
			"requested operation, request " + e.RequestID + ", MS-CV b0/lbbI2TwvKro/ziho/dg.0, wait 3s"))

		raw, ok := errors.AsType[*azcore.ResponseError](err)
		Expect(ok).To(BeTrue())
		Expect(raw.RawResponse.Request.URL.Path).To(HaveSuffix(testThread))
	})

	It("is returned by each kind of call, also by one without a body to decode", func(ctx SpecContext) {
		client, _ := clientOf(reply(http.StatusNotFound, `{"error":{"code":"NotFound"}}`))
		thread := client.ThreadClient(testThread)
		Expect(client.DeleteThread(ctx, testThread)).To(MatchError(chat.ErrNotFound))
		Expect(thread.SendReadReceipt(ctx, "1")).To(MatchError(chat.ErrNotFound))
		_, err := thread.SendMessage(ctx, "a", nil)
		Expect(err).To(MatchError(chat.ErrNotFound))
		Expect(err).NotTo(MatchError(chat.ErrOutcomeUnknown))
		_, err = thread.ListMessages(nil).Collect(ctx, 0)
		Expect(err).To(MatchError(chat.ErrNotFound))
	})

	DescribeTable("has the delay that the service requests",
		func(want time.Duration, header ...string) {
			bubble(func() {
				thread, _ := threadOf(reply(http.StatusTooManyRequests, `{"error":{"code":"TooManyRequests","message":"Rate limit exceeded."}}`, header...))
				_, err := thread.GetProperties(context.Background())
				e, ok := errors.AsType[*chat.Error](err)
				Expect(ok).To(BeTrue())
				Expect(e.RetryAfter).To(Equal(want))
				Expect(e).To(MatchError(chat.ErrThrottled))
			})
		},
		Entry("not present", time.Duration(0)),
		Entry("in seconds", 7*time.Second, "Retry-After", "7"),
		Entry("in milliseconds", 1500*time.Millisecond, "retry-after-ms", "1500"),
		Entry("in milliseconds, by another name", 1500*time.Millisecond, "x-ms-retry-after-ms", "1500"),
	)

	It("has the delay that the service requests as a date", func() {
		bubble(func() {
			on := time.Now().UTC().Add(90 * time.Second).Format(http.TimeFormat)
			Expect(chat.NewError("try", refusal(http.StatusServiceUnavailable, ``, "Retry-After", on), "").RetryAfter).To(Equal(90 * time.Second))
		})
	})

	DescribeTable("has a text of one line",
		func(status int, body, hint, want string, header ...string) {
			Expect(chat.NewError("try", refusal(status, body, header...), hint).Error()).To(Equal(want))
		},
		Entry("without a code and a message", 401, ``, "", "try: 401 Unauthorized"),
		Entry("with a code that only repeats the status", 403, `{"error":{"code":"Forbidden"}}`, "", "try: 403 Forbidden"),
		Entry("with a code that is the status in digits", 403, `{"error":{"code":"403"}}`, "", "try: 403 Forbidden"),
		Entry("with another code", 400, `{"error":{"code":"ValidationError","message":"No.","target":"scopes"}}`, "",
			"try: 400 Bad Request (ValidationError): No, target scopes"),
		Entry("with a hint", 307, ``, "check the endpoint", "try: 307 Temporary Redirect: check the endpoint"),
		Entry("with a message and a hint", 200, `{"message":"No."}`, "expected status 201", "try: 200 OK: No: expected status 201"),
		Entry("with an unknown status", 299, ``, "", "try: status 299"),
		Entry("with the ids", 500, ``, "", "try: 500 Internal Server Error, request 1, MS-CV 2", "x-ms-client-request-id", "1", "MS-CV", "2"),
		Entry("with the delay, at the end", 429, ``, "", "try: 429 Too Many Requests, request 1, wait 2m0s", "x-ms-client-request-id", "1", "Retry-After", "120"),
		Entry("with a delay shorter than a second", 429, ``, "", "try: 429 Too Many Requests, wait 20ms", "retry-after-ms", "20"),
		Entry("with the page of another server, which it does not show", 502, page, "",
			"try: 502 Bad Gateway: the response is not from the service (text/html): check the endpoint", "Content-Type", "text/html; charset=utf-8"),
		Entry("with the page of another server and a hint", 200, page, "expected status 201",
			"try: 200 OK: expected status 201; the response is not from the service (text/html): check the endpoint", "Content-Type", "text/html"),
		Entry("with a response without a content type", 500, `oops`, "",
			"try: 500 Internal Server Error: the response is not from the service (no content type): check the endpoint", "Content-Type", ""),
	)

	DescribeTable("has one line of limited length, whatever the service sends",
		func(words string) {
			marshalled, err := json.Marshal(words)
			Expect(err).NotTo(HaveOccurred())
			quoted := string(marshalled)
			for _, e := range []*chat.Error{
				chat.NewError("try", refusal(400, `{"error":{"code":`+quoted+`,"message":`+quoted+`,"target":`+quoted+`}}`), words),
				chat.NewError("try", refusal(400, words, "Content-Type", words, "MS-CV", words, "x-ms-client-request-id", words), ""),
				chat.NewError("try", refusal(400, ``), words),
			} {
				text := e.Error()
				Expect(len(text)).To(BeNumerically("<=", 2048))
				Expect(text).NotTo(MatchRegexp(`[\r\n\t\x00\x1b\x{2028}\x{202e}]`))
				Expect(text).NotTo(ContainSubstring("s3cret"))
				Expect(text).NotTo(MatchRegexp(`eyJ[\w-]*\.`))
			}
		},
		Entry("lines", "a\r\nb\n\tc\x00\x1b[31m\u2028\u202e"),
		Entry("a very long word", strings.Repeat("x", 1<<18)),
		Entry("a very long text", strings.Repeat("many words ", 1<<16)),
		Entry("a token", "token "+tokenWith(`{"exp":1762161600,"skypeid":"acs:a"}`)+" is not valid"),
		Entry("a header", "Authorization: Bearer "+tokenWith(`{"exp":1762161600}`)),
		Entry("an opaque token", "Authorization: Bearer abcdefghijklmnops3cret"),
		Entry("a query", "GET https://host/chat/threads?syncState=s3cret&sig=s3cret failed"),
		Entry("a query without a value", "GET https://host/chat/threads?s3cret failed"),
		Entry("a key", "endpoint=https://host/;accesskey=s3cret=="),
		Entry("a signature", "SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature=s3cret="),
		Entry("a page", page),
	)

	It("does not show a response that it cannot decode", api.OtherResponses(), func(ctx SpecContext) {
		for _, body := range []string{`{"id":"19:s3cret`, `["s3cret"]`, `s3cret`, `{"s3cret":}`} {
			thread, _ := threadOf(reply(http.StatusOK, body))
			_, err := thread.GetProperties(ctx)
			e, ok := errors.AsType[*chat.Error](err)
			Expect(ok).To(BeTrue())
			Expect(e.StatusCode).To(Equal(http.StatusOK))
			Expect(err.Error()).To(HavePrefix("chat: get thread properties: 200 OK: the body "))
			Expect(err.Error()).NotTo(ContainSubstring("s3cret"))
		}
	})

	It("of a participant matches by its code, and unwraps to nil", func(ctx SpecContext) {
		thread, _ := threadOf(reply(http.StatusCreated, `{"invalidParticipants":[`+
			`{"code":"403","message":"Permissions check failed","target":"8:acs:a"},`+
			`{"target":"8:acs:b","code":"404","message":"Not found","details":[{"code":"X","message":"x"}],"innererror":{"code":"","message":""}},`+
			`{"code":"Gone","message":"","innererror":{"code":"Y","message":"y"}}]}`))
		failed, err := thread.AddParticipants(ctx, []chat.Participant{
			{Identifier: chat.CommunicationUser{ID: "8:acs:a"}}, {Identifier: chat.CommunicationUser{ID: "8:acs:b"}},
		})
		Expect(err).NotTo(HaveOccurred())
		Expect(failed).To(HaveLen(3))
		Expect(failed[0].Err).To(MatchError(chat.ErrForbidden))
		Expect(failed[0].Err.Error()).To(Equal("chat: add participant: 403 Forbidden: Permissions check failed, target 8:acs:a"))
		_, ok := errors.AsType[*azcore.ResponseError](failed[0].Err)
		Expect(ok).To(BeFalse())

		Expect(failed[1].Err).To(MatchError(chat.ErrNotFound))
		Expect(said(failed[1].Err)).To(Equal(chat.Error{
			Code: "404", Message: "Not found", Target: "8:acs:b", Details: []*chat.Error{{Code: "X", Message: "x"}},
		}))

		Expect(said(failed[2].Err)).To(Equal(chat.Error{Code: "Gone", InnerError: &chat.Error{Code: "Y", Message: "y"}}))
		Expect(failed[2].Err.StatusCode).To(BeZero())
		Expect(failed[2].Err.Error()).To(Equal("chat: add participant: refused (Gone)"))
		Expect(failed[2].Participant.Identifier).To(Equal(chat.UnknownIdentifier{}))
	})
})

var _ = Describe("ArgumentError", func() {
	It("names the argument and what is wrong with it", func() {
		Expect((&chat.ArgumentError{Name: "messageID", Reason: "must not be empty"}).Error()).To(Equal("chat: messageID must not be empty"))
	})
})

var _ = Describe("PartialAddError", func() {
	It("counts the remaining participants, and unwraps to the cause", func() {
		err := &chat.PartialAddError{Participants: make([]chat.Participant, 3), Err: chat.NewError("try", refusal(http.StatusTooManyRequests, ``), "")}
		Expect(err.Error()).To(Equal("try: 429 Too Many Requests (3 participants are not added yet)"))
		Expect(err).To(MatchError(chat.ErrThrottled))
	})
})
