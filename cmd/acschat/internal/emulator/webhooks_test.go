package emulator_test

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gbytes"
)

var _ = Describe("emulator --event-grid", func() {
	var url string

	// hook serves a webhook of CloudEvents until the spec ends.
	hook := func(status int) string {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("WebHook-Allowed-Origin", "*")
			w.Header().Set("WebHook-Allowed-Rate", "*")
			if r.Method == http.MethodPost {
				w.WriteHeader(status)
			}
		}))
		DeferCleanup(server.Close)
		return server.URL + "/events?code=s3cret"
	}

	BeforeEach(func() { url = hook(http.StatusAccepted) })

	It("delivers to each URL, says when it begins and logs each request, without the secret", func(ctx SpecContext) {
		broken := hook(http.StatusBadRequest)
		emulator := emulate(emptyShell(), "--log", "--event-grid", url, "--event-grid", broken, "--event-grid-schema", "cloudevents", "--event-grid-type", "chatthreadcreated")
		Eventually(emulator.Err).Should(gbytes.Say(`acschat: delivering events to http://127.0.0.1:\d+/events\?code=\[redacted\]\n`))
		_, err := emulator.chat(emulator.newUser(ctx)).CreateThread(ctx, "Hooked", nil)
		Expect(err).NotTo(HaveOccurred())
		Eventually(func() string { return string(emulator.Err.Contents()) }).Should(And(
			MatchRegexp(`  200  OPTIONS http://127.0.0.1:\d+/events\?code=\[redacted\]  \S+s  handshake\n`),
			MatchRegexp(`  202  POST   http://127.0.0.1:\d+/events\?code=\[redacted\]  \S+s  ChatThreadCreated\n`),
			MatchRegexp(`  400  POST   http://127.0.0.1:\d+/events\?code=\[redacted\]  \S+s  ChatThreadCreated  failed: the webhook answered 400 Bad Request\n`),
		))
		Expect(emulator.stop().Err).NotTo(ContainSubstring("s3cret"))
	})

	It("says once that a program does not consent", func() {
		server := httptest.NewServer(http.NotFoundHandler())
		DeferCleanup(server.Close)
		emulator := emulate(emptyShell(), "--event-grid", server.URL)
		Eventually(emulator.Err).Should(gbytes.Say(`acschat: no events for http://\S+ yet: the validation event was answered with 404 Not Found, not 200; trying again every 5s\n`))
		Expect(strings.Count(emulator.stop().Err, "no events")).To(Equal(1))
	})

	It("says once that a program is not asked any more, and what to do", func() {
		server := httptest.NewServer(http.NotFoundHandler())
		DeferCleanup(server.Close)
		emulator := emulate(emptyShell(), "--admin", "--event-grid", server.URL)
		for range 120 {
			res, err := emulator.http.Get(emulator.Endpoint + "/admin/deliveries?wait=10s")
			Expect(err).NotTo(HaveOccurred())
			Expect(res.Body.Close()).To(Succeed())
			res, err = emulator.http.Post(emulator.Endpoint+"/admin/clock", "application/json", strings.NewReader(`{"advance":"5s"}`))
			Expect(err).NotTo(HaveOccurred())
			Expect(res.Body.Close()).To(Succeed())
		}
		Eventually(emulator.Err).Should(gbytes.Say(`acschat: no events for http://\S+: it has not consented for ten minutes: the validation event was answered with 404 Not Found, not 200\. Events from now on are not kept for it\. Start the program, and choose "Handshake again" on the page at / or restart the emulator\n`))
		Expect(strings.Count(emulator.stop().Err, "no events")).To(Equal(2))
	})

	It("says which webhook events of an earlier run wait for", func(ctx SpecContext) {
		data := GinkgoT().TempDir()
		down := hook(http.StatusServiceUnavailable)
		args := []string{"--data", data, "--event-grid-schema", "cloudevents", "--event-grid-type", "chatthreadcreated", "--event-grid"}
		emulator := emulate(emptyShell(), append(args, down)...)
		_, err := emulator.chat(emulator.newUser(ctx)).CreateThread(ctx, "Hooked", nil)
		Expect(err).NotTo(HaveOccurred())
		Expect(emulator.stop().Err).NotTo(ContainSubstring("earlier run"))

		Expect(emulate(emptyShell(), append(args, down)...).stop().Err).NotTo(ContainSubstring("earlier run"))
		Expect(emulate(emptyShell(), append(args, url)...).stop().Err).To(MatchRegexp(
			`acschat: events of an earlier run wait for the webhook 127.0.0.1:\d+/events, 1 in all: name it with --event-grid`))
	})

	It("is managed by --admin", func() {
		emulator := emulate(emptyShell(), "--admin")
		res, err := emulator.http.Post(emulator.Endpoint+"/admin/subscriptions", "application/json", strings.NewReader(`{"url":"`+url+`","schema":"cloudevents"}`))
		Expect(err).NotTo(HaveOccurred())
		Expect(res).To(HaveHTTPStatus(http.StatusCreated))
		Expect(res.Body.Close()).To(Succeed())
		Eventually(emulator.Err).Should(gbytes.Say(`acschat: delivering events to`))
		emulator.stop()
	})

	It("says of each subscription that it begins or not, also if one with its name was removed", func(ctx SpecContext) {
		server := httptest.NewServer(http.NotFoundHandler())
		DeferCleanup(server.Close)
		emulator := emulate(emptyShell(), "--admin")
		ask := func(method, path, body string, status int) {
			GinkgoHelper()
			req, err := http.NewRequestWithContext(ctx, method, emulator.Endpoint+"/admin"+path, strings.NewReader(body))
			Expect(err).NotTo(HaveOccurred())
			req.Header.Set("Content-Type", "application/json")
			res, err := emulator.http.Do(req)
			Expect(err).NotTo(HaveOccurred())
			Expect(res).To(HaveHTTPStatus(status))
			Expect(res.Body.Close()).To(Succeed())
		}
		for range 2 {
			ask("POST", "/subscriptions", `{"name":"bot","url":"`+server.URL+`"}`, http.StatusCreated)
			Eventually(emulator.Err).Should(gbytes.Say(`acschat: no events for http://\S+ yet: `))
			ask("DELETE", "/subscriptions?name=bot", "", http.StatusNoContent)
		}
		for range 2 {
			ask("POST", "/subscriptions", `{"name":"bot","url":"`+url+`","schema":"cloudevents"}`, http.StatusCreated)
			Eventually(emulator.Err).Should(gbytes.Say(`acschat: delivering events to`))
			ask("DELETE", "/subscriptions?name=bot", "", http.StatusNoContent)
		}
		emulator.stop()
	})

	It("rejects invalid flags before anything is created", func() {
		data := filepath.Join(GinkgoT().TempDir(), "data")
		emptyShell().Run("emulator", "--data", data, "--event-grid", "http://localhost/", "--event-grid-type", "x").Ends(2, "there is no event type")
		Expect(data).NotTo(BeAnExistingFile())
	})

	DescribeTable("rejects", func(message string, args ...string) {
		emptyShell().Run(append([]string{"emulator", "--addr", "127.0.0.1:0"}, args...)...).Ends(2, message)
	},
		Entry("http to another machine", "--event-grid: the webhook http://contoso.com/ must use https", "--event-grid", "http://contoso.com/"),
		Entry("a text that is no URL", "--event-grid: the URL of a webhook must be absolute", "--event-grid", "localhost"),
		Entry("an unknown schema", "must be eventgrid or cloudevents", "--event-grid", "http://localhost/", "--event-grid-schema", "x"),
		Entry("an unknown type", `--event-grid-type: there is no event type "x"; acschat trigger --list lists them`, "--event-grid", "http://localhost/", "--event-grid-type", "x"),
		Entry("a batch that is too large", "--event-grid-batch must be between 1 and 5000, not 5001", "--event-grid", "http://localhost/", "--event-grid-batch", "5001"),
		Entry("webhooks that differ in their queries only", `--event-grid: localhost/ is given twice; webhooks must differ in their host or path`,
			"--event-grid", "http://localhost/?a=b", "--event-grid", "http://localhost/?a=c"),
		Entry("a schema without a webhook", "need --event-grid", "--event-grid-schema", "cloudevents"),
	)
})
