package chat_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
)

// logged makes a client that writes its log, a JSON object a line, into a buffer.
func logged(credential *chat.TokenCredential, answers ...answer) (*chat.Client, *scripted, *bytes.Buffer) {
	var lines bytes.Buffer
	wire := answering(answers...)
	o := options(wire)
	o.Logger = slog.New(slog.NewJSONHandler(&lines, nil))
	client, err := chat.NewClient(testEndpoint, credential, o)
	Expect(err).NotTo(HaveOccurred())
	return client, wire, &lines
}

func records(lines *bytes.Buffer) []map[string]any {
	var list []map[string]any
	for dec := json.NewDecoder(bytes.NewReader(lines.Bytes())); dec.More(); {
		var record map[string]any
		Expect(dec.Decode(&record)).To(Succeed())
		list = append(list, record)
	}
	return list
}

var _ = Describe("The log", func() {
	for _, op := range operations {
		It("has a record of "+op.String(), func() {
			bubble(func() {
				client, wire, lines := logged(staticCredential(), func(req *http.Request) (*http.Response, error) {
					time.Sleep(30 * time.Millisecond)
					return reply(op.Status, op.Answer, "MS-CV", "abc.0")(req)
				})
				Expect(op.Call(context.Background(), client)).To(Succeed())
				Expect(records(lines)).To(HaveExactElements(Equal(map[string]any{
					"time": "2026-01-01T00:00:00.03Z", "level": "INFO", "msg": "chat request",
					"operation": op.Name, "method": op.Method, "path": op.Path, "attempt": 1.0, "duration": 30e6,
					"request_id": only(wire).Header.Get("x-ms-client-request-id"), "status": float64(op.Status), "ms_cv": "abc.0",
				})))
			})
		})
	}

	It("has a record for each attempt, a warning if it failed, including the one after a 401", func(ctx SpecContext) {
		refresh, _ := refresherOf(time.Hour)
		credential, err := chat.NewTokenCredential(refresh, nil)
		Expect(err).NotTo(HaveOccurred())
		client, wire, lines := logged(credential, reply(401, ""), fail(errReset), reply(503, ""), reply(204, ""))
		Expect(client.DeleteThread(ctx, testThread)).To(Succeed())
		var summary []string
		for _, r := range records(lines) {
			Expect(r["request_id"]).To(Equal(wire.Requests()[0].Header.Get("x-ms-client-request-id")))
			summary = append(summary, fmt.Sprint(r["level"], " ", r["attempt"], " ", r["status"], " ", r["error"]))
		}
		Expect(summary).To(Equal([]string{
			"WARN 1 401 <nil>", "WARN 2 <nil> read tcp: connection reset by peer", "WARN 3 503 <nil>", "INFO 4 204 <nil>",
		}))
	})

	It("counts the attempts of each call", func(ctx SpecContext) {
		client, _, lines := logged(staticCredential(), reply(503, ""), reply(204, ""))
		Expect(client.DeleteThread(ctx, testThread)).To(Succeed())
		Expect(client.DeleteThread(ctx, testThread)).To(Succeed())
		Expect(records(lines)).To(HaveExactElements(
			HaveKeyWithValue("attempt", 1.0), HaveKeyWithValue("attempt", 2.0), HaveKeyWithValue("attempt", 1.0)))
	})

	It("has no record of a request that was not sent", func(ctx SpecContext) {
		client, _, lines := logged(staticCredential(), reply(204, ""))
		Expect(client.DeleteThread(ctx, "")).NotTo(Succeed())
		Expect(client.Close()).To(Succeed())
		Expect(client.DeleteThread(ctx, testThread)).NotTo(Succeed())
		Expect(lines.String()).To(BeEmpty())
	})

	It("contains no token, body, header or query", func(ctx SpecContext) {
		secret := tokenWith(`{"exp":4000000000,"sub":"secret"}`)
		credential, err := chat.NewStaticTokenCredential(chat.AccessToken{Token: secret})
		Expect(err).NotTo(HaveOccurred())
		leaky := func(req *http.Request) (*http.Response, error) {
			return nil, &url.Error{Op: "Get", URL: req.URL.String() + "&also=secret", Err: fmt.Errorf("no route for %s\nBearer %s", req.URL, secret)}
		}
		client, _, lines := logged(credential, leaky, leaky, reply(400, `{"error":{"message":"secret"}}`, "X-Header", "secret"))
		thread := client.ThreadClient(testThread)
		o := &chat.ListMessagesOptions{ContinuationToken: "/chat/threads/" + testThread + "/messages?syncState=secret&api-version=2025-03-15"}
		Expect(thread.ListMessages(o).Collect(ctx, 0)).Error().To(HaveOccurred())
		Expect(thread.SendMessage(ctx, "secret", nil)).Error().To(HaveOccurred())
		Expect(records(lines)).To(HaveLen(4))
		Expect(lines.String()).NotTo(Or(ContainSubstring("secret"), ContainSubstring("syncState"), ContainSubstring(secret[:12])))
	})

	It("is written with the context of the call", func(ctx SpecContext) {
		type key struct{}
		var seen any
		o := options(answering(reply(204, "")))
		o.Logger = slog.New(contextHandler{Handler: slog.DiscardHandler, handle: func(ctx context.Context) { seen = ctx.Value(key{}) }})
		client, err := chat.NewClient(testEndpoint, staticCredential(), o)
		Expect(err).NotTo(HaveOccurred())
		Expect(client.DeleteThread(context.WithValue(ctx, key{}, "mine"), testThread)).To(Succeed())
		Expect(seen).To(Equal("mine"))
	})
})

// contextHandler shows the context of each record.
type contextHandler struct {
	slog.Handler
	handle func(context.Context)
}

func (h contextHandler) Enabled(context.Context, slog.Level) bool { return true }

func (h contextHandler) Handle(ctx context.Context, _ slog.Record) error {
	h.handle(ctx)
	return nil
}
