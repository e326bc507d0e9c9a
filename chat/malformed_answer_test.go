package chat_test

import (
	"bufio"
	"net"
	"net/http"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat"
)

var _ = Describe("A malformed answer", api.OtherResponses(), func() {
	listings := []string{
		"Client.ListThreads", "ThreadClient.ListMessages", "ThreadClient.ListParticipants", "ThreadClient.ListReadReceipts",
	}

	for _, name := range listings {
		DescribeTable("fails "+operationOf(name).String()+" with", func(ctx SpecContext, body string) {
			client, wire := clientOf(reply(200, body))
			err := operationOf(name).Call(ctx, client)
			Expect(err).To(MatchError(HavePrefix("chat: " + operationOf(name).Action + ": ")))
			Expect(wire.Requests()).To(HaveLen(1))
		},
			Entry("an error in a success", `{"error":{"code":"InternalError","message":"Out of luck"}}`),
			Entry("no list", `{}`),
			Entry("null for the list", `{"value":null}`),
			Entry("an object for the list", `{"value":{}}`),
			Entry("a string for the list", `{"value":"x"}`),
			Entry("the list twice, the second time malformed", `{"value":[],"value":1}`),
			Entry("a number for the link", `{"value":[],"nextLink":5}`),
			Entry("an object for the link", `{"value":[{}],"nextLink":{}}`),
			Entry("a malformed link in capitals", `{"value":[],"NEXTLINK":[]}`),
		)

		DescribeTable("does not fail "+operationOf(name).String()+" with", func(ctx SpecContext, body string) {
			client, _ := clientOf(reply(200, body))
			Expect(operationOf(name).Call(ctx, client)).To(Succeed())
		},
			Entry("an empty list", `{"value":[]}`),
			Entry("null for the link", `{"value":[],"nextLink":null}`),
			Entry("an empty link", `{"value":[],"nextLink":""}`),
			Entry("items that are malformed", `{"value":[1,"x",null,[]]}`),
			Entry("the link twice, the first time malformed", `{"value":[],"nextLink":5,"nextLink":null}`),
		)
	}

	It("does not report an item of a page before the malformed link", func(ctx SpecContext) {
		client, _ := clientOf(reply(200, `{"value":[{"id":"1"}],"nextLink":5}`))
		messages, err := client.ThreadClient(testThread).ListMessages(nil).Collect(ctx, 0)
		Expect(err).To(MatchError(ContainSubstring(`"nextLink" is malformed`)))
		Expect(messages).To(BeEmpty())
	})

	It("notices that a later page has no list, and accepts one that is empty", func(ctx SpecContext) {
		first := `{"value":[{"id":"1","topic":""}],"nextLink":"/chat/threads?skip=1&api-version=2025-03-15"}`
		for _, later := range []string{`{}`, `{"value":null}`, `{"value":1}`} {
			client, _ := clientOf(reply(200, first), reply(200, later))
			threads, err := client.ListThreads(nil).Collect(ctx, 0)
			Expect(err).To(MatchError(HavePrefix("chat: list threads: ")))
			Expect(threads).To(HaveLen(1))
		}
		client, _ := clientOf(reply(200, first), reply(200, `{"value":[]}`))
		Expect(client.ListThreads(nil).Collect(ctx, 0)).To(HaveLen(1))
	})

	It("does not report that every participant was added if it cannot say who was not", func(ctx SpecContext) {
		for _, body := range []string{`{"invalidParticipants":{"code":"403"}}`, `{"invalidParticipants":"all"}`} {
			thread, _ := threadOf(reply(201, body))
			_, err := thread.AddParticipants(ctx, []chat.Participant{{Identifier: testUser}})
			Expect(err).To(MatchError(ContainSubstring(`"invalidParticipants" is malformed`)))

			client, _ := clientOf(reply(201, strings.Replace(body, "{", `{"chatThread":{"id":"19:t"},`, 1)))
			_, err = client.CreateThread(ctx, "Release 4.2", nil)
			Expect(err).To(MatchError(ContainSubstring(`"invalidParticipants" is malformed`)))
		}
	})

	DescribeTable("fails the creation of a thread with", func(ctx SpecContext, body string) {
		client, _ := clientOf(reply(201, body))
		_, err := client.CreateThread(ctx, "Release 4.2", nil)
		Expect(err).To(HaveOccurred())
	},
		Entry("no thread", `{}`), Entry("a string for the thread", `{"chatThread":"19:t"}`), Entry("a list for the thread", `{"chatThread":[]}`),
		Entry("a thread without an id", `{"chatThread":{"topic":"x"}}`), Entry("a number for the id", `{"chatThread":{"id":5}}`),
	)

	DescribeTable("leaves it unknown whether a message was sent, with", func(ctx SpecContext, sent answer) {
		client, wire := clientOf(sent, sendMessage.Succeed())
		Expect(sendMessage.Call(ctx, client)).To(MatchError(chat.ErrOutcomeUnknown))
		Expect(wire.Requests()).To(HaveLen(1))
	},
		Entry("no id", reply(201, `{}`)), Entry("a number for the id", reply(201, `{"id":5}`)), Entry("an empty id", reply(201, `{"id":""}`)),
		Entry("an error in a success", reply(201, `{"error":{}}`)),
		Entry("no status", reply(0, `{"id":"1"}`)),
		Entry("an informational status", reply(199, `{"id":"1"}`)),
		Entry("a redirect", reply(302, "", "Location", "https://elsewhere.example/")),
		Entry("a cached answer", reply(304, "")),
	)

	It("does not succeed without a status", func(ctx SpecContext) {
		for _, op := range operations {
			By(op.String())
			client, _ := clientOf(reply(0, op.Answer))
			Expect(op.Call(ctx, client)).NotTo(Succeed())
		}
	})

	It("does not succeed with the status 000 of a broken server", func(ctx SpecContext) {
		listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(listener.Close)
		go func() {
			for {
				conn, err := listener.Accept()
				if err != nil {
					return
				}
				if _, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
					_, _ = conn.Write([]byte("HTTP/1.1 000 \r\nContent-Length: 0\r\nConnection: close\r\n\r\n"))
				}
				_ = conn.Close()
			}
		}()
		client := clientAt("http://"+listener.Addr().String(), nil)
		Expect(client.DeleteThread(ctx, testThread)).NotTo(Succeed())
		Expect(sendMessage.Call(ctx, client)).To(MatchError(chat.ErrOutcomeUnknown))
	})

	It("loses only the member that is malformed in a single message or thread", func(ctx SpecContext) {
		thread, _ := threadOf(reply(200, `{"id":5,"version":"2"}`))
		message, err := thread.GetMessage(ctx, testMessage)
		Expect(err).NotTo(HaveOccurred())
		Expect(message).To(And(HaveField("ID", ""), HaveField("Version", "2")))
		thread, _ = threadOf(reply(200, `{"id":[],"topic":"Release 4.2"}`))
		properties, err := thread.GetProperties(ctx)
		Expect(err).NotTo(HaveOccurred())
		Expect(properties.Topic).To(Equal("Release 4.2"))
	})
})
