package emulator_test

import (
	"math"
	"net/http"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
)

var _ = Describe("emulator --admin", func() {
	var emulator *running

	BeforeEach(func() { emulator = emulate(emptyShell(), "--admin") })

	It("injects faults", func(ctx SpecContext) {
		alice := emulator.newUser(ctx)
		Expect(emulator.ask("POST", "/admin/faults", `{"operation":"Chat_ListChatThreads","status":429,"retryAfter":"7s"}`)).To(HaveHTTPStatus(201))
		_, err := emulator.chat(alice).ListThreads(nil).Collect(ctx, 0)
		Expect(err).To(MatchError(chat.ErrThrottled))
		Expect(err).To(HaveField("RetryAfter", 7*time.Second))
		_, err = emulator.chat(alice).ListThreads(nil).Collect(ctx, 0)
		Expect(err).NotTo(HaveOccurred())
	})

	It("moves the clock", func(ctx SpecContext) {
		alice := emulator.newUser(ctx)
		Expect(emulator.ask("POST", "/admin/clock", `{"advance":"25h"}`)).To(HaveHTTPStatus(200))
		_, err := emulator.chat(alice).ListThreads(nil).Collect(ctx, 0)
		Expect(err).To(MatchError(chat.ErrUnauthorized))
	})

	It("lists requests without tokens", func(ctx SpecContext) {
		alice := emulator.newUser(ctx)
		_, err := emulator.chat(alice).ListThreads(nil).Collect(ctx, 0)
		Expect(err).NotTo(HaveOccurred())
		Expect(emulator.ask("GET", "/admin/requests", "")).To(HaveHTTPBody(And(
			ContainSubstring("Chat_ListChatThreads"), ContainSubstring(alice.User.ID), Not(ContainSubstring(alice.Token.Token)),
		)))
	})

	It("rejects other origins and other host names", func() {
		Expect(emulator.ask("GET", "/admin/clock", "")).To(HaveHTTPStatus(200))
		Expect(emulator.ask("GET", "/admin/clock", "", "Origin", "https://example.com")).To(HaveHTTPStatus(403))
		Expect(emulator.ask("GET", "/admin/clock", "", "Host", "example.com")).To(HaveHTTPStatus(403))
	})

	It("prints its URL", func() {
		Expect(string(emulator.Out.Contents())).To(ContainSubstring(emulator.Endpoint + "/admin;"))
	})

	It("is disabled by default", func() {
		Expect(emulate(emptyShell()).ask("GET", "/admin/clock", "")).To(HaveHTTPStatus(404))
	})
})

var _ = Describe("emulator --enforce-limits", func() {
	// send sends until the service throttles it, at most a number of messages.
	send := func(ctx SpecContext, emulator *running, most int) (sent int, err error) {
		alice := emulator.newUser(ctx)
		created, err := emulator.chat(alice).CreateThread(ctx, "Busy", nil)
		Expect(err).NotTo(HaveOccurred())
		for ; sent < most && err == nil; sent++ {
			_, err = emulator.chat(alice).ThreadClient(created.Thread.ID).SendMessage(ctx, "again", nil)
		}
		return sent, err
	}

	It("throttles a user who exceeds a limit", func(ctx SpecContext) {
		sent, err := send(ctx, emulate(emptyShell(), "--enforce-limits"), 11)
		Expect(sent).To(Equal(11))
		Expect(err).To(MatchError(chat.ErrThrottled))
		Expect(err).To(HaveField("RetryAfter", BeNumerically(">", 0)))
	})

	It("sends no Retry-After with --no-retry-after", func(ctx SpecContext) {
		_, err := send(ctx, emulate(emptyShell(), "--enforce-limits", "--no-retry-after"), 11)
		Expect(err).To(And(MatchError(chat.ErrThrottled), HaveField("RetryAfter", BeZero())))
	})

	It("has shorter windows with --limit-divisor", func(ctx SpecContext) {
		_, err := send(ctx, emulate(emptyShell(), "--enforce-limits", "--limit-divisor", "10"), math.MaxInt)            // a window of a second may pass
		Expect(err).To(And(MatchError(chat.ErrThrottled), HaveField("RetryAfter", BeNumerically("<=", 6*time.Second)))) // a tenth of the longest window
	})

	It("does not throttle without the flag", func(ctx SpecContext) {
		_, err := send(ctx, emulate(emptyShell()), 11)
		Expect(err).NotTo(HaveOccurred())
	})
})

var _ = Describe("emulator --listing-lag", func() {
	It("lists new messages later", func(ctx SpecContext) {
		emulator := emulate(emptyShell(), "--admin", "--listing-lag", "1h")
		client := emulator.chat(emulator.newUser(ctx))
		created, err := client.CreateThread(ctx, "Late", nil)
		Expect(err).NotTo(HaveOccurred())
		thread := client.ThreadClient(created.Thread.ID)
		sent, err := thread.SendMessage(ctx, "hello", nil)
		Expect(err).NotTo(HaveOccurred())
		Expect(thread.ListMessages(nil).Collect(ctx, 0)).To(BeEmpty())
		Expect(emulator.ask("POST", "/admin/clock", `{"advance":"1h"}`)).To(HaveHTTPStatus(200))
		Expect(thread.ListMessages(nil).Collect(ctx, 0)).To(ContainElement(HaveField("ID", sent.ID)))
	})
})

// ask sends a request outside of the API to the emulator, with headers as pairs of name and value.
func (r *running) ask(method, path, body string, headers ...string) *http.Response {
	GinkgoHelper()
	request, err := http.NewRequest(method, r.Endpoint+path, strings.NewReader(body))
	Expect(err).NotTo(HaveOccurred())
	request.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	if host := request.Header.Get("Host"); host != "" {
		request.Host = host
	}
	answer, err := r.http.Do(request)
	Expect(err).NotTo(HaveOccurred())
	return answer
}
