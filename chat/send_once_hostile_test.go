package chat_test

import (
	"context"
	"fmt"
	"net/http"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat"
)

var _ = Describe("Sending a message once, if the listing is not as it should be", func() {
	date := func() string { return time.Now().UTC().Format(http.TimeFormat) }
	// item is a message that was sent now, with members that replace others of the same name.
	item := func(members string) string {
		return fmt.Sprintf(`{"id":"%[1]d","type":"text","sequenceId":"3","version":"%[1]d","createdOn":"2026-01-01T00:00:00Z","metadata":{%[2]q:"k"},"senderCommunicationIdentifier":%[3]s%[4]s}`,
			time.Now().UnixMilli(), chat.OnceKeyMember, anaOnTheWire, members)
	}
	// page is the answer with an item and a link to the next page, "" for none.
	page := func(item, link string) answer {
		return reply(200, fmt.Sprintf(`{"value":[%s],"nextLink":%q}`, item, link), "Date", date())
	}
	link := func(n int) string {
		return fmt.Sprintf("/chat/threads/%s/messages?syncState=%d&api-version=2025-03-15", testThread, n)
	}
	// posts are the requests to send.
	posts := func(wire *scripted) (n int) {
		for _, q := range wire.Requests() {
			if q.Method == http.MethodPost {
				n++
			}
		}
		return n
	}
	sendOnce := func(ctx context.Context, listing answer) (*scripted, error) {
		GinkgoHelper()
		wire := answering(fail(errReset), listing)
		client, err := chat.NewClient(testEndpoint, renewableCredential(), options(wire))
		Expect(err).NotTo(HaveOccurred())
		defer client.Close()
		_, err = client.ThreadClient(testThread).SendMessageOnce(ctx, "k", "Shipped", nil)
		return wire, err
	}

	DescribeTable("leaves the outcome unknown, and sends nothing again, after", api.OtherResponses(), func(listing func() answer, message string) {
		bubble(func() {
			wire, err := sendOnce(context.Background(), listing())
			Expect(err).To(And(MatchError(chat.ErrOutcomeUnknown), MatchError(errReset), MatchError(ContainSubstring(message))))
			Expect(posts(wire)).To(Equal(1))
		})
	},
		Entry("a page without the time of the service", func() answer { return reply(200, `{"value":[]}`) }, "has no Date"),
		Entry("a page with a malformed time", func() answer { return reply(200, `{"value":[]}`, "Date", "today") }, "has no Date"),
		Entry("a message with the key and no id", func() answer { return page(item(`,"id":""`), "") }, "no id or sender"),
		Entry("a message with the key and no sender", func() answer { return page(item(`,"senderCommunicationIdentifier":null`), "") }, "no id or sender"),
		Entry("pages in a circle", func() answer { return page(item(`,"metadata":{}`), link(1)) }, "form a cycle"),
		Entry("a page that is no JSON", func() answer { return reply(200, `<html>`, "Date", date()) }, "list messages"),
		Entry("a refusal", func() answer { return reply(403, "") }, "list messages"),
	)

	It("leaves the outcome unknown when the context ends, with pages without an end", api.OtherResponses(), func() {
		bubble(func() {
			ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
			defer cancel()
			n := 0
			wire, err := sendOnce(ctx, func(req *http.Request) (*http.Response, error) {
				n++
				time.Sleep(time.Second)
				return page(item(`,"metadata":{}`), link(n))(req)
			})
			Expect(err).To(And(MatchError(chat.ErrOutcomeUnknown), MatchError(context.DeadlineExceeded)))
			Expect(posts(wire)).To(Equal(1))
		})
	})

	It("finds a message that has moved to the front, although the page after the first is empty then", api.OtherResponses(), func() {
		bubble(func() {
			pages := []answer{page(item(`,"metadata":null`), link(1)), page("", ""), page(item(""), "")}
			wire := answering(append([]answer{fail(errReset)}, pages...)...)
			client, err := chat.NewClient(testEndpoint, renewableCredential(), options(wire))
			Expect(err).NotTo(HaveOccurred())
			defer client.Close()
			options := &chat.SendMessageOnceOptions{ListingLag: -1}
			Expect(client.ThreadClient(testThread).SendMessageOnce(context.Background(), "k", "Shipped", options)).NotTo(BeZero())
			Expect(posts(wire)).To(Equal(1))
		})
	})

	It("finds the message although the others are malformed", api.OtherResponses(), func() {
		bubble(func() {
			others := item(`,"metadata":7`) + `,` + item(`,"version":"x","metadata":{}`) + `,` + item(`,"id":"x","metadata":null`) + `,`
			wire, err := sendOnce(context.Background(), page(others+item(""), ""))
			Expect(err).NotTo(HaveOccurred())
			Expect(posts(wire)).To(Equal(1))
		})
	})
})
