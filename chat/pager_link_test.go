package chat_test

import (
	"bufio"
	"encoding/json"
	"net"
	"strings"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
)

var _ = Describe("A link to the next page", func() {
	const strange = "/chat/threads/19:acsV1_a@thread.v2/messages?syncState=6d61%3D%3d&startTime=1%2F1%2F1970%2012%3A00%3A00%20AM%20%2B00%3A00&maxPageSize=5&api-version=2025-03-15"

	DescribeTable("is followed unchanged, at the endpoint of the client, if", func(ctx SpecContext, link, target string) {
		var mu sync.Mutex
		var lines, hosts []string
		first, err := json.Marshal(map[string]any{"value": []any{}, "nextLink": link})
		Expect(err).NotTo(HaveOccurred())
		endpoint, trusting := serveRaw(true, func(conn net.Conn) {
			line, host, err := readRequest(bufio.NewReader(conn))
			if err != nil {
				return
			}
			mu.Lock()
			defer mu.Unlock()
			lines, hosts = append(lines, line), append(hosts, host)
			if len(lines) == 1 {
				writeJSON(conn, string(first))
			} else {
				writeJSON(conn, `{"value":[]}`)
			}
		})

		_, err = clientAt(endpoint, trusting).ThreadClient(testThread).ListMessages(nil).Collect(ctx, 0)
		Expect(err).NotTo(HaveOccurred())
		mu.Lock()
		defer mu.Unlock()
		Expect(lines).To(HaveLen(2))
		Expect(lines[1]).To(Equal("GET " + target + " HTTP/1.1"))
		Expect(hosts).To(HaveEach(strings.TrimPrefix(endpoint, "https://")))
	},
		Entry("it has the start time and state of a recorded one", "https://contoso.unitedstates.communication.azure.com"+strange, strange),
		Entry("it names another host", "https://elsewhere.example/chat/threads?skip=1", "/chat/threads?skip=1"),
		Entry("it names another port", "https://127.0.0.1:1/chat/threads?skip=1", "/chat/threads?skip=1"),
		Entry("it names a user", "https://user:password@elsewhere.example/chat/threads?skip=1", "/chat/threads?skip=1"),
		Entry("it is plain http", "http://elsewhere.example/chat/threads?skip=1", "/chat/threads?skip=1"),
		Entry("it has another scheme", "FTP://elsewhere.example/chat/threads?skip=1", "/chat/threads?skip=1"),
		Entry("it has no scheme", "//elsewhere.example/chat/threads?skip=1", "/chat/threads?skip=1"),
		Entry("it has no host", "/chat/threads?skip=1", "/chat/threads?skip=1"),
		Entry("it has no slash", "chat/threads?skip=1", "/chat/threads?skip=1"),
		Entry("it has no path", "https://elsewhere.example?skip=1", "/?skip=1"),
		Entry("it has extra slashes", "https://elsewhere.example//chat/threads?skip=1", "/chat/threads?skip=1"),
		Entry("its query contains a URL", "/chat/threads?back=https://elsewhere.example/a?b", "/chat/threads?back=https://elsewhere.example/a?b"),
		Entry("its query is malformed", `/chat/threads?a;b&&=&{x}|"^`+"`"+`&%&%zz&+`, `/chat/threads?a;b&&=&{x}|"^`+"`"+`&%&%zz&+`),
		Entry("its query is not ASCII", "/chat/threads?s=語", "/chat/threads?s=語"),
		Entry("its path is partly escaped", "/chat/threads/19%3aa@thread.v2/messages?skip=1", "/chat/threads/19%3aa@thread.v2/messages?skip=1"),
		Entry("its query has spaces", "/chat/threads?startTime=1/1/1970 12:00:00 AM", "/chat/threads?startTime=1/1/1970%2012:00:00%20AM"),
	)

	DescribeTable("keeps the path of a gateway if", func(ctx SpecContext, link, target string) {
		wire := answering(reply(200, `{"value":[],"nextLink":"`+link+`"}`), reply(200, `{"value":[]}`))
		client, err := chat.NewClient("https://gateway.example/acs/eu", staticCredential(), options(wire))
		Expect(err).NotTo(HaveOccurred())
		Expect(client.ListThreads(nil).Collect(ctx, 0)).Error().NotTo(HaveOccurred())
		Expect(wire.Requests()[1].URL).To(Equal("https://gateway.example" + target))
	},
		Entry("it names the service", testEndpoint+"/chat/threads?skip=1&api-version=2025-03-15", "/acs/eu/chat/threads?skip=1&api-version=2025-03-15"),
		Entry("it names the gateway", "https://gateway.example/acs/eu/chat/threads?skip=1&api-version=2025-03-15", "/acs/eu/chat/threads?skip=1&api-version=2025-03-15"),
	)

	DescribeTable("ends the listing if", func(ctx SpecContext, link string) {
		body, err := json.Marshal(map[string]any{"value": []any{map[string]any{"id": "a", "topic": ""}}, "nextLink": link})
		Expect(err).NotTo(HaveOccurred())
		client, wire := clientOf(reply(200, string(body)))
		threads, err := client.ListThreads(nil).Collect(ctx, 0)
		Expect(err).To(MatchError("chat: list threads: the link to the next page cannot be followed"))
		Expect(ids(threads)).To(Equal([]string{"a"}))
		Expect(wire.Requests()).To(HaveLen(1))
	},
		Entry("its path is malformed", "/chat/%zz?skip=1"),
		Entry("it has a line break", "/chat/threads?skip=1\r\nX: y"),
	)
})
