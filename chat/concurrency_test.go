package chat_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
)

var _ = Describe("Concurrent use", func() {
	// Each message has its id in its text too; one of three requests fails at first.
	DescribeTable("of one client does not mix up responses", func(ctx SpecContext, version int) {
		server, trusting := serveHTTP(version, echoMessages())
		transportOf(trusting).MaxIdleConnsPerHost = 64
		client := clientAt(server.URL, trusting)
		thread := client.ThreadClient(testThread)
		places := make(chan struct{}, 64)
		var calls sync.WaitGroup
		for i := range 2000 {
			calls.Go(func() {
				defer GinkgoRecover()
				places <- struct{}{}
				defer func() { <-places }()
				id := fmt.Sprint("m", i)
				text := strings.Repeat(id+" ", 20+i%100)
				switch i % 3 {
				case 0:
					Expect(thread.SendMessage(ctx, id, nil)).To(Equal(chat.SendMessageResult{ID: id}))
				case 1:
					message, err := thread.GetMessage(ctx, id)
					Expect(err).NotTo(HaveOccurred())
					Expect(message.ID).To(Equal(id))
					Expect(message.Content.Message).To(HavePrefix(id + " "))
				default:
					Expect(client.ThreadClient(id).UpdateMessage(ctx, id, chat.MessageUpdate{Content: &text})).To(Succeed())
				}
			})
		}
		calls.Wait()
	}, Entry("of HTTP/1.1", 1), Entry("of HTTP/2", 2))

	It("of all operations is safe with closing", func(ctx SpecContext) {
		for range 20 {
			client, _ := clientOf(func(req *http.Request) (*http.Response, error) {
				for _, op := range operations {
					if op.Method == req.Method && op.Path == req.URL.EscapedPath() {
						return op.Succeed()(req)
					}
				}
				return nil, errReset
			})
			var calls sync.WaitGroup
			for _, op := range operations {
				calls.Go(func() {
					defer GinkgoRecover()
					Expect(op.Call(ctx, client)).To(Or(Succeed(), MatchError(chat.ErrClosed)), op.Name)
				})
			}
			calls.Go(func() { _ = client.Close() })
			calls.Wait()
		}
	})
})

var _ = Describe("Cancelling", func() {
	waits := map[string]func() *chat.Client{
		"a dead connection": func() *chat.Client {
			client, _ := clientOf(hang)
			return client
		},
		"a back-off": func() *chat.Client {
			client, _ := clientWith(insistent, reply(429, "", "Retry-After", "50"))
			return client
		},
		"a token": func() *chat.Client {
			client, _ := clientRefreshedBy(func(context.Context) (chat.AccessToken, error) {
				time.Sleep(20 * time.Second) // it does not listen
				return chat.AccessToken{Token: "late", ExpiresOn: time.Now().Add(time.Hour)}, nil
			}, reply(204, ""))
			return client
		},
		"another token after a 401": func() *chat.Client {
			first := true
			client, _ := clientRefreshedBy(func(context.Context) (chat.AccessToken, error) {
				if !first {
					time.Sleep(20 * time.Second)
				}
				first = false
				return chat.AccessToken{Token: "refused", ExpiresOn: time.Now().Add(time.Hour)}, nil
			}, reply(401, ""))
			return client
		},
	}
	for what, waiting := range waits {
		for _, op := range operations {
			It("ends the waiting of "+op.String()+" for "+what+" at once", func() {
				bubble(func() {
					client := waiting()
					ctx, cancel := context.WithCancel(context.Background())
					time.AfterFunc(7*time.Second, cancel)
					started := time.Now()
					Expect(op.Call(ctx, client)).To(MatchError(context.Canceled))
					Expect(time.Since(started)).To(Equal(7 * time.Second))
					time.Sleep(time.Minute) // for a refresh that does not listen
				})
			})
		}
	}
})

// echoMessages answers a send with its content as the id, and a get with the id as the text. It refuses every third request once.
func echoMessages() http.HandlerFunc {
	var mu sync.Mutex
	seen := make(map[string]bool)
	return func(w http.ResponseWriter, r *http.Request) {
		id := r.Header.Get("x-ms-client-request-id")
		mu.Lock()
		again := seen[id] || len(seen)%3 != 0
		seen[id] = true
		mu.Unlock()
		if !again {
			w.Header().Set("retry-after-ms", "1")
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		var body struct{ Content string }
		_ = json.NewDecoder(r.Body).Decode(&body)
		message := path.Base(r.URL.Path)
		switch r.Method {
		case http.MethodPost:
			w.WriteHeader(http.StatusCreated)
			_, _ = fmt.Fprintf(w, `{"id":%q}`, body.Content)
		case http.MethodGet:
			_, _ = fmt.Fprintf(w, `{"id":%q,"content":{"message":%q}}`, message, strings.Repeat(message+" ", 50))
		default:
			if !strings.HasPrefix(body.Content, message+" ") {
				w.WriteHeader(http.StatusBadRequest)
				return
			}
			w.WriteHeader(http.StatusNoContent)
		}
		_, _ = io.Copy(io.Discard, r.Body)
	}
}
