package chat_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat"
)

// unmeasured answers with a body whose length is not announced.
func unmeasured(status int, body string) answer {
	return func(req *http.Request) (*http.Response, error) {
		resp, err := reply(status, body)(req)
		resp.ContentLength = -1
		return resp, err
	}
}

var _ = Describe("A response is bounded", api.OtherResponses(), func() {
	// list is a page with n items.
	list := func(item string, n int) string {
		return `{"value":[` + strings.TrimSuffix(strings.Repeat(item+",", n), ",") + `]}`
	}
	// spend is what a listing allocates.
	spend := func(ctx context.Context, client *chat.Client) (uint64, error) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := client.ThreadClient(testThread).ListMessages(nil).Collect(ctx, 0)
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc, err
	}

	DescribeTable("in its list items", func(ctx SpecContext, body string) {
		client, wire := clientOf(reply(200, body))
		allocated, err := spend(ctx, client)
		Expect(err).To(MatchError(ContainSubstring("its lists have more than 100000 items")))
		Expect(allocated).To(BeNumerically("<", 200<<20))
		Expect(wire.Requests()).To(HaveLen(1))
	},
		Entry("of the list", list("{}", 1_000_000)),
		Entry("of the list, which are numbers", list("1", 100_001)),
		Entry("of lists in it", list(`{"content":{"participants":`+strings.TrimSuffix(list("{}", 1000), "}")[len(`{"value":`):]+`}}`, 200)),
		Entry("of a list that no type has", `{"value":[],"other":`+strings.TrimSuffix(list("[]", 200_000), "}")[len(`{"value":`):]+`}`),
	)

	It("in its members", func(ctx SpecContext) {
		client, _ := clientOf(reply(200, `{"value":[{"metadata":{`+strings.Repeat(`"a":"",`, 1_100_000)+`"a":""}}]}`))
		allocated, err := spend(ctx, client)
		Expect(err).To(MatchError(ContainSubstring("more than 2000000 JSON tokens")))
		Expect(allocated).To(BeNumerically("<", 300<<20))
	})

	It("and has room for 100,000 items", func(ctx SpecContext) {
		client, _ := clientOf(reply(200, list("{}", 100_000)))
		items, err := client.ThreadClient(testThread).ListMessages(nil).Collect(ctx, 0)
		Expect(err).NotTo(HaveOccurred())
		Expect(items).To(HaveLen(100_000))
	})

	It("and has room for a page of long messages, most of it commas", func(ctx SpecContext) {
		client, _ := clientOf(reply(200, list(`{"id":"1","content":{"message":"`+strings.Repeat(",[", 5<<10)+`"}}`, 200)))
		items, err := client.ThreadClient(testThread).ListMessages(nil).Collect(ctx, 0)
		Expect(err).NotTo(HaveOccurred())
		Expect(items).To(HaveLen(200))
		Expect(items[199].Content.Message).To(HaveLen(10 << 10))
	})

	It("also if it is an error", func(ctx SpecContext) {
		client, _ := clientOf(reply(403, `{"error":{"details":`+strings.TrimSuffix(list("{}", 40_000), "}")[len(`{"value":`):]+`}}`))
		allocated, err := spend(ctx, client)
		Expect(err).To(MatchError(chat.ErrForbidden))
		Expect(allocated).To(BeNumerically("<", 100<<20))
	})

	for name, answers := range map[string]func(int, string) answer{
		"announced": func(status int, body string) answer { return reply(status, body) }, "unannounced": unmeasured,
	} {
		It("to 32 MiB, of "+name+" length, without buffers that double", func(ctx SpecContext) {
			body := `{"value":[],"x":"` + strings.Repeat("x", 33<<20) + `"}`
			client, _ := clientOf(answers(200, body))
			allocated, err := spend(ctx, client)
			Expect(err).To(MatchError(ContainSubstring("larger than 32 MiB")))
			Expect(allocated).To(BeNumerically("<", 70<<20))
		})
	}

	It("in time: decoding stops with the context", func() {
		ctx, cancel := context.WithCancel(context.Background())
		body := list(`{"content":{"message":"`+strings.Repeat("x", 20<<10)+`"},"deletedOn":5}`, 1000) // 20 MB, decoded twice
		client, _ := clientOf(func(req *http.Request) (*http.Response, error) {
			resp, err := reply(200, body)(req)
			resp.Body = io.NopCloser(io.MultiReader(resp.Body, &last{cancel}))
			resp.ContentLength = -1
			return resp, err
		})
		allocated, err := spend(ctx, client)
		Expect(err).To(MatchError(context.Canceled))
		Expect(allocated).To(BeNumerically("<", 100<<20))
	})
})

// last calls a function at the end of a body.
type last struct{ call func() }

func (l *last) Read([]byte) (int, error) {
	l.call()
	return 0, io.EOF
}

var _ = Describe("Pager", func() {
	// endlessly answers with links to more and more pages, of which every nth has an item.
	endlessly := func(n int) answer {
		calls := 0
		return func(req *http.Request) (*http.Response, error) {
			calls++
			items := ""
			if calls%n == 0 {
				items = messageOnTheWire
			}
			return reply(200, `{"value":[`+items+`],"nextLink":"/chat/threads/`+testThread+`/messages?api-version=2025-03-15&p=`+strconv.Itoa(calls)+`"}`)(req)
		}
	}

	It("ends with an error after 1,000 empty pages in a row", func(ctx SpecContext) {
		thread, wire := threadOf(endlessly(1 << 30))
		_, err := thread.ListMessages(nil).Collect(ctx, 0)
		Expect(err).To(MatchError("chat: the last 1000 pages were empty, and another one follows"))
		Expect(wire.Requests()).To(HaveLen(1000))
	})

	It("does not end for empty pages between others", func(ctx SpecContext) {
		thread, wire := threadOf(endlessly(999))
		messages, err := thread.ListMessages(nil).Collect(ctx, 2)
		Expect(err).NotTo(HaveOccurred())
		Expect(messages).To(HaveLen(2))
		Expect(wire.Requests()).To(HaveLen(2 * 999))
	})
})

var _ = Describe("A token", func() {
	It("is refused above 64 KB, wherever it comes from", func(ctx SpecContext) {
		long := tokenWith(`{"exp":4102444800,"x":"` + string(bytes.Repeat([]byte("x"), 64<<10)) + `"}`)
		_, err := chat.NewStaticTokenCredential(chat.AccessToken{Token: long})
		Expect(err).To(MatchError("chat: token is longer than 64 KB"))
		_, err = chat.NewTokenCredential(giving(long), &chat.TokenCredentialOptions{InitialToken: chat.AccessToken{Token: long}})
		Expect(err).To(MatchError("chat: InitialToken is longer than 64 KB"))
		credential, err := chat.NewTokenCredential(giving(long), nil)
		Expect(err).NotTo(HaveOccurred())
		_, err = credential.Token(ctx)
		Expect(err).To(MatchError("refresh token: the new token is longer than 64 KB"))
	})
})

// giving is a callback that gives one token.
func giving(token string) func(context.Context) (chat.AccessToken, error) {
	return func(context.Context) (chat.AccessToken, error) {
		return chat.AccessToken{Token: token, ExpiresOn: time.Now().Add(time.Hour)}, nil
	}
}
