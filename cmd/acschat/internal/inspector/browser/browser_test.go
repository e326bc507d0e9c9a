//go:build browser

package browser_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/events"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/inspector"
)

func TestBrowser(t *testing.T) {
	RegisterFailHandler(Fail)
	SetDefaultEventuallyTimeout(20 * time.Second)
	RunSpecs(t, "the inspector in a browser")
}

// chromium returns the path of the browser: CHROMIUM, or the first one found.
func chromium() string {
	for _, name := range []string{os.Getenv("CHROMIUM"), "chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// sight is the page in a browser, with a service of its own.
type sight struct {
	ctx     context.Context
	service *chattest.Service
	url     string

	mu       sync.Mutex // guards asked and said
	asked    []string   // the URLs that the browser requested
	said     []string   // the messages on its console
	clientOf func(chattest.User) *chat.Client
}

func open() *sight {
	GinkgoHelper()
	return openWith(nil)
}

// openWith opens the page of a service that begins with a seed.
func openWith(seed *chattest.Seed) *sight {
	GinkgoHelper()
	path := chromium()
	Expect(path).NotTo(BeEmpty(), "there is no Chromium")
	ending := make(chan struct{})
	i := inspector.New(ending)
	service, err := chattest.Open(api.Watch(&chattest.Options{OnRequest: i.Observe, OnDelivery: i.ObserveDelivery, Seed: seed}))
	Expect(err).NotTo(HaveOccurred())
	server := httptest.NewServer(i.Handler(service, service, "/home/ana/ca.pem"))
	Expect(service.SetEndpoint(server.URL)).To(Succeed())

	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.UserDataDir(GinkgoT().TempDir()), chromedp.WindowSize(1500, 950), chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-background-networking", true))
	allocator, cancelAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocator)
	DeferCleanup(func() {
		Expect(chromedp.Cancel(ctx)).To(Succeed())
		cancel()
		cancelAllocator()
		close(ending)
		server.Close()
		Expect(service.Close()).To(Succeed())
	})
	s := &sight{ctx: ctx, service: service, url: server.URL}
	s.clientOf = func(user chattest.User) *chat.Client {
		options := service.ClientOptions()
		options.Transport, options.InsecureAllowCredentialWithHTTP = http.DefaultClient, true
		client, err := chat.NewClient(server.URL, service.Credential(user), options)
		Expect(err).NotTo(HaveOccurred())
		return client
	}
	s.does(chromedp.Navigate("about:blank"))
	Expect(chromedp.Listen(ctx, s.listen)).To(Succeed())
	_, err = chromedp.Call(ctx, network.Enable, network.EnableParams{})
	Expect(err).NotTo(HaveOccurred())
	_, err = chromedp.Call(ctx, log.Enable, cdp.Empty{})
	Expect(err).NotTo(HaveOccurred())
	s.does(chromedp.Navigate(server.URL + "/"))
	s.sees(`document.getElementById("live").textContent`, Equal("Live"))
	return s
}

// listen records requests and console messages of the browser.
func (s *sight) listen(event any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		s.asked = append(s.asked, e.Request.URL)
	case *log.EventEntryAdded:
		s.said = append(s.said, e.Entry.Text)
	case *runtime.EventExceptionThrown:
		s.said = append(s.said, e.ExceptionDetails.Text)
	}
}

func (s *sight) does(steps ...chromedp.Action[chromedp.Void]) {
	GinkgoHelper()
	Expect(chromedp.Do(s.ctx, steps...)).To(Succeed())
}

// js returns the value of an expression on the page.
func (s *sight) js(expression string) string {
	GinkgoHelper()
	text, err := chromedp.Run(s.ctx, chromedp.Evaluate[string]("String("+expression+")"))
	Expect(err).NotTo(HaveOccurred())
	return text
}

// sees waits until an expression on the page has the expected value.
func (s *sight) sees(expression string, matcher OmegaMatcher) {
	GinkgoHelper()
	Eventually(func() string { return s.js(expression) }).Should(matcher)
}

// presses types keys into the element that has the focus.
func (s *sight) presses(keys string) {
	GinkgoHelper()
	s.does(chromedp.KeyEvent(keys))
}

// tabsTo presses the tab key until an element has the focus.
func (s *sight) tabsTo(id string) {
	GinkgoHelper()
	for range 200 {
		if s.js("document.activeElement.id") == id {
			return
		}
		s.presses("\t")
	}
	Fail("the tab key does not lead to " + id)
}

// text returns the visible text of a part of the page.
func text(selector string) string {
	return fmt.Sprintf("document.querySelector(%q)?.innerText", selector)
}

var _ = Describe("The inspector in a browser", func() {
	var (
		s     *sight
		alice *chat.Client
		talk  *chat.ThreadClient
	)

	BeforeEach(func(ctx SpecContext) {
		s = open()
		bob := s.service.NewUser()
		alice = s.clientOf(s.service.NewUser())
		created, err := alice.CreateThread(ctx, "Release 4.2", &chat.CreateThreadOptions{
			Participants: []chat.Participant{{Identifier: bob, DisplayName: "Bob"}},
		})
		Expect(err).NotTo(HaveOccurred())
		talk = alice.ThreadClient(created.Thread.ID)
		s.sees(text("#threads"), ContainSubstring("Release 4.2"))
	})

	It("shows a message when it is sent, without a reload", func(ctx SpecContext) {
		s.js("window.stays = true")
		_, err := talk.SendMessage(ctx, "Canary is green.", &chat.SendMessageOptions{SenderDisplayName: "Alice"})
		Expect(err).NotTo(HaveOccurred())
		s.sees(text("#messages .said li"), And(ContainSubstring("Alice"), ContainSubstring("Canary is green.")))
		s.sees(text("#requests .asked li"), And(ContainSubstring("201"), ContainSubstring("SendChatMessage")))
		Expect(s.js("window.stays")).To(Equal("true"))
	})

	It("adds and removes a fault with the keyboard alone, and shows the failed request", func(ctx SpecContext) {
		s.tabsTo("fault-kind")
		s.presses("429")
		s.tabsTo("fault-n")
		s.presses("\r")
		s.sees(text("#outcome"), Equal("The fault is on."))
		s.sees(text("#faults"), And(ContainSubstring("any operation"), ContainSubstring("429: too many requests"), ContainSubstring("the next request")))
		Expect(s.js("document.activeElement.id")).To(Equal("fault-n"))

		_, err := alice.ListThreads(nil).Collect(ctx, 0)
		Expect(err).To(MatchError(chat.ErrThrottled))
		s.sees(text("#requests .failed"), And(ContainSubstring("429"), ContainSubstring("ListChatThreads"), ContainSubstring("fault 1")))
		s.sees(text("#faults"), ContainSubstring("No faults are on."))

		s.presses("\r")
		s.sees(`document.querySelector("#faults button")?.id`, Equal("off-2"))
		s.js(`document.getElementById("main").focus()`)
		s.tabsTo("off-2")
		s.presses("\r")
		s.sees(text("#outcome"), Equal("The fault is off."))
		s.sees(text("#faults"), ContainSubstring("No faults are on."))
		Expect(s.service.Faults()).To(BeEmpty())
		s.sees("document.activeElement.id", Equal("faults-heading"))
	})

	It("keeps a row open, with all about its request, while new rows wait behind a button", func(ctx SpecContext) {
		s.js(`document.querySelector("#requests summary").focus()`)
		s.presses("\r")
		s.sees(`document.querySelectorAll("#requests [data-key] > details[open]").length`, Equal("1"))
		opened := s.js(`document.querySelector("#requests details[open]").id`)
		s.sees(text("#requests details[open]"), And(ContainSubstring("MS-CV"), ContainSubstring(`"topic": "Release 4.2"`)))
		for range 2 {
			_, err := talk.SendMessage(ctx, "More.", nil)
			Expect(err).NotTo(HaveOccurred())
		}
		s.sees(text("#fresh-requests"), Equal("2 new"))
		Expect(s.js(text("#requests .asked li"))).To(ContainSubstring("CreateChatThread"))
		Expect(s.js(`document.activeElement.closest("details")?.id`)).To(Equal(opened))

		s.does(chromedp.Click("#fresh-requests"))
		s.sees(text("#requests .asked li"), ContainSubstring("SendChatMessage"))
		Expect(s.js(`document.querySelector("#requests details[open]").id`)).To(Equal(opened))
		Expect(s.js(text("#requests details[open]"))).To(ContainSubstring("MS-CV"))
		s.sees(`document.getElementById("fresh-requests").hidden`, Equal("true"))

		_, err := talk.SendMessage(ctx, "Still more.", nil)
		Expect(err).NotTo(HaveOccurred())
		s.sees(text("#fresh-requests"), Equal("1 new"))
		s.does(chromedp.Click("#" + opened + " > summary")) // closed, it lets them in
		s.sees(`document.querySelectorAll("#requests .asked li").length`, Equal("4"))
	})

	It("lets new rows wait while the reader has scrolled, and lets them in at the top", func(ctx SpecContext) {
		for range 60 {
			_, err := talk.SendMessage(ctx, "Long.", nil)
			Expect(err).NotTo(HaveOccurred())
		}
		s.sees(text("#messages .pages"), ContainSubstring("of 62"))
		s.js(`scrollTo(0, 900)`)
		s.sees("scrollY", Equal("900"))
		_, err := talk.SendMessage(ctx, "Later.", nil)
		Expect(err).NotTo(HaveOccurred())
		s.sees(text("#fresh-messages"), Equal("1 new"))
		Expect(s.js(text("#messages .text"))).To(Equal("Long."))
		s.js(`scrollTo(0, 0)`)
		s.sees(text("#messages .text"), Equal("Later."))
		s.sees(`document.getElementById("fresh-messages").hidden`, Equal("true"))
	})

	It("filters as soon as a choice is made, and finds what is searched for", func(ctx SpecContext) {
		_, err := talk.SendMessage(ctx, "A needle.", nil)
		Expect(err).NotTo(HaveOccurred())
		s.does(chromedp.Focus(`.requests select[name="operation"]`))
		s.presses("SendChatMessage")
		s.sees(`new URL(location).searchParams.get("operation")`, Equal("ChatThread_SendChatMessage"))
		s.sees(`[...document.querySelectorAll("#requests .what")].map((e) => e.innerText).join()`, Equal("SendChatMessage"))
		s.does(chromedp.Focus(`.messages input[type="search"]`))
		s.presses("NEEDLE\r")
		s.sees(`[...document.querySelectorAll("#messages .text")].map((e) => e.innerText).join()`, Equal("A needle."))
		Expect(s.js(`document.querySelector('.requests select[name="operation"]').value`)).To(Equal("ChatThread_SendChatMessage"))
		s.does(chromedp.Click("#show-all"))
		s.sees(`document.querySelectorAll("#requests .what").length`, Equal("2"))
	})

	It("keeps faults, clock and connection in sight wherever one reads", func(ctx SpecContext) {
		for range 50 {
			_, err := talk.SendMessage(ctx, "Long.", nil)
			Expect(err).NotTo(HaveOccurred())
		}
		s.service.Fail(chattest.Any, chattest.Fault{Status: 503})
		for _, width := range []int64{360, 820, 1400} {
			s.does(chromedp.EmulateViewport(width, 800))
			s.sees(text("#state"), Equal("1 fault on"))
			s.js(`scrollTo(0, 2000)`)
			for _, id := range []string{"state", "clock", "live"} {
				s.sees(fmt.Sprintf(`(({top, bottom, left, right}) => top >= 0 && bottom <= 140 && left >= 0 && right <= innerWidth)(document.getElementById(%q).getBoundingClientRect())`, id), Equal("true"))
			}
		}
	})

	It("shows hostile messages and names as text", func(ctx SpecContext) {
		hostile := `<script>window.harmed = 1</script><img src="https://elsewhere.invalid/x" onerror="window.harmed = 2">`
		Expect(talk.UpdateTopic(ctx, hostile)).To(Succeed())
		_, err := talk.SendMessage(ctx, hostile, &chat.SendMessageOptions{SenderDisplayName: hostile, Type: chat.MessageTypeHTML})
		Expect(err).NotTo(HaveOccurred())
		s.sees(text("#messages .said .text"), Equal(hostile))
		s.sees(text("#threads .topic"), Equal(hostile))
		s.does(chromedp.Reload())
		s.sees(text("#messages .said .text"), Equal(hostile))
		s.sees(text("#live"), ContainSubstring("Live"))
		Expect(s.js("window.harmed")).To(Equal("undefined"))
		s.js(`document.querySelector("#requests summary").click()`)
		s.sees(text("#requests details[open]"), ContainSubstring("<script>"))
		Expect(s.js("window.harmed")).To(Equal("undefined"))
		Expect(s.js(`document.querySelectorAll("main img, main script, aside img, aside script").length`)).To(Equal("0"))
	})

	It("requests nothing from other hosts, and logs no errors", func(ctx SpecContext) {
		_, err := talk.SendMessage(ctx, "Still here.", nil)
		Expect(err).NotTo(HaveOccurred())
		s.sees(text("#messages .text"), Equal("Still here."))
		s.mu.Lock()
		defer s.mu.Unlock()
		Expect(s.asked).To(ContainElement(ContainSubstring("/_inspector/page.css?v=")))
		hosts := map[string]bool{}
		for _, asked := range s.asked {
			u, err := url.Parse(asked)
			Expect(err).NotTo(HaveOccurred())
			hosts[u.Scheme+"://"+u.Host] = true
		}
		Expect(hosts).To(Equal(map[string]bool{s.url: true}))
		Expect(s.said).To(BeEmpty())
		Expect(slices.ContainsFunc(s.service.Requests(), func(q chattest.Request) bool { return q.Path == "/favicon.ico" })).To(BeFalse())
	})

	It("teaches on the empty page, and offers what one needs first", func() {
		s.js(`document.querySelector(".sure summary").click()`)
		s.does(chromedp.Click("#reset"))
		s.sees(text("#outcome"), Equal("Everything is deleted."))
		s.sees(text("#start"), And(ContainSubstring("Connect a program"), ContainSubstring("AZURE_COMMUNICATION_CONNECTION_STRING"), ContainSubstring("/home/ana/ca.pem")))
		s.js(`document.querySelectorAll("#start details").forEach((d) => { d.open = true })`)
		s.fits(360, 719, 720, 721, 1079, 1080, 1081, 1499, 1500, 1920)
		s.picture("empty")
		s.does(chromedp.Click("#create-user"))
		s.sees(text("#outcome"), Equal("The user is created."))
		s.sees(text("#start"), BeEmpty())
		Expect(s.service.Users()).To(HaveLen(1))
	})

	It("sends a message while others come in, without losing what is typed", func(ctx SpecContext) {
		s.does(chromedp.Focus("#send-content"))
		s.presses("Half a sen")
		_, err := talk.SendMessage(ctx, "Meanwhile.", &chat.SendMessageOptions{SenderDisplayName: "Alice"})
		Expect(err).NotTo(HaveOccurred())
		s.sees(text("#messages .text"), Equal("Meanwhile."))
		s.presses("tence.\r")
		s.sees(text("#outcome"), Equal("The message is sent."))
		s.sees(text("#messages .text"), Equal("Half a sentence."))
		Expect(s.js(`document.getElementById("send-content").value`)).To(BeEmpty())
		Expect(s.js("document.activeElement.id")).To(Equal("send-content"))
	})

	It("copies a token, and ids", func(ctx SpecContext) {
		s.js(`Object.defineProperty(navigator, "clipboard", { value: { writeText: async (text) => { window.copied = text } } })`)
		s.does(chromedp.Click("#users form button"))
		s.sees("window.copied", HavePrefix("eyJ"))
		s.does(chromedp.Click("#copy-thread"))
		s.sees("window.copied", Equal(talk.ThreadID()))
		s.sees(text("#outcome"), Equal("Copied."))
	})

	It("paints early with 50 users, 30 threads, 10,000 messages and 10,000 requests", func(ctx SpecContext) {
		seed := &chattest.Seed{}
		for i := range 50 {
			seed.Users = append(seed.Users, fmt.Sprint("user ", i))
		}
		for i := range 30 {
			seed.Threads = append(seed.Threads, chattest.SeedThread{Topic: fmt.Sprint("Thread ", i), CreatedBy: "user 1"})
		}
		for i := range 10_000 {
			t := &seed.Threads[i%30]
			t.Messages = append(t.Messages, chattest.SeedMessage{From: "user 1", Text: fmt.Sprint("message ", i)})
		}
		s := openWith(seed)
		token := "Bearer " + s.service.Token(s.service.SeededUser("user 1"), 0)
		for range 10_000 {
			r := httptest.NewRequest(http.MethodGet, "/chat/threads?api-version=2025-03-15&maxPageSize=1", nil)
			r.Header.Set("Authorization", token)
			s.service.ServeHTTP(httptest.NewRecorder(), r)
		}
		var paints []float64
		for range 5 {
			s.does(chromedp.Navigate(s.url + "/"))
			s.sees(`performance.getEntriesByName("first-contentful-paint").length`, Equal("1"))
			paint, err := strconv.ParseFloat(s.js(`performance.getEntriesByName("first-contentful-paint")[0].startTime`), 64)
			Expect(err).NotTo(HaveOccurred())
			paints = append(paints, paint)
			AddReportEntry("load", s.js(`(({ responseStart, responseEnd, domContentLoadedEventEnd, transferSize }) =>
				JSON.stringify({ responseStart, responseEnd, domContentLoadedEventEnd, transferSize }))(performance.getEntriesByType("navigation")[0])`))
		}
		slices.Sort(paints)
		AddReportEntry("first contentful paint in ms", paints, ReportEntryVisibilityAlways)
		Expect(paints[len(paints)/2]).To(BeNumerically("<", 3000)) // the target is 300; the bound is for busy machines
		s.sees(text("#requests .pages"), ContainSubstring("of 10,000"))
		s.picture("full")
	})

	It("breaks no word and never overflows, at any width", func(ctx SpecContext) {
		long := strings.Repeat("Rechtsschutzversicherungen ", 20)
		carol := s.service.NewUser()
		created, err := alice.CreateThread(ctx, long, &chat.CreateThreadOptions{Participants: []chat.Participant{{Identifier: carol, DisplayName: "Carol"}}})
		Expect(err).NotTo(HaveOccurred())
		for _, words := range []string{long, strings.Repeat("unbroken", 60), "Short."} {
			_, err = alice.ThreadClient(created.Thread.ID).SendMessage(ctx, words, &chat.SendMessageOptions{
				SenderDisplayName: "Alice", Type: chat.MessageTypeHTML, Metadata: map[string]string{"key": strings.Repeat("v", 200)},
			})
			Expect(err).NotTo(HaveOccurred())
		}
		_, err = alice.ThreadClient(created.Thread.ID).ListParticipants(nil).Collect(ctx, 0)
		Expect(err).NotTo(HaveOccurred())
		s.everyOperation(ctx)
		s.everyDelivery(ctx, alice.ThreadClient(created.Thread.ID))
		s.service.Fail(chattest.UpsertTeamsExtensionAssignment, chattest.Fault{Every: 3, RevokedToken: true})
		s.service.Fail(chattest.Any, chattest.Fault{Nth: 99, Delay: time.Minute})
		for _, look := range []struct {
			query  string
			widths []int64
		}{{"", s.widths()}, {"?thread=" + url.QueryEscape(created.Thread.ID), []int64{360, 720, 1080, 1500}}, {"?mq=rechts", []int64{360, 1080, 1500}}} {
			s.does(chromedp.Navigate(s.url + "/" + look.query))
			s.sees(text("#live"), Equal("Live"))
			s.sees(text("#messages"), ContainSubstring("Rechts"))
			s.js(`document.querySelectorAll("#requests summary").forEach((summary, i) => { if (i % 15 === 0) summary.click() })`)
			s.sees(text("#requests details[open]"), ContainSubstring("MS-CV"))
			s.js(`document.querySelectorAll("#requests details details, #participants").forEach((d) => { d.open = true })`)
			s.fits(look.widths...)
			s.picture("layout")
		}

		s.does(chromedp.Navigate(s.url + "/_inspector/requests/2"))
		s.js(`document.querySelectorAll("details").forEach((d) => { d.open = true })`)
		s.fits(360, 720, 1920)
	})

	It("fits a phone, and dark mode", func() {
		s.does(chromedp.EmulateViewport(390, 800))
		_, err := chromedp.Call(s.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}},
		})
		Expect(err).NotTo(HaveOccurred())
		s.sees("document.documentElement.scrollWidth <= 390", Equal("true"))
		s.sees("getComputedStyle(document.body).backgroundColor", Equal("rgb(13, 19, 29)"))
		s.picture("dark-narrow")
	})

	It("shows a conversation and its failed request side by side", func(ctx SpecContext) {
		for _, text := range []string{"Rolling out to 5 %.", "Canary is green.", "<b>Now</b> to everybody?"} {
			_, err := talk.SendMessage(ctx, text, &chat.SendMessageOptions{SenderDisplayName: "Alice"})
			Expect(err).NotTo(HaveOccurred())
		}
		s.service.Fail(chattest.SendChatMessage, chattest.Fault{Every: 2, Status: 503})
		_, err := talk.SendMessage(ctx, "Go.", nil)
		Expect(err).NotTo(HaveOccurred())
		_, err = talk.SendMessage(ctx, "Going.", nil)
		Expect(err).To(HaveOccurred())
		s.sees(text("#messages .text"), Equal("Go."))
		s.sees(text("#requests .failed"), ContainSubstring("503"))
		s.picture("light")
	})
})

// everyOperation puts a request of each operation into the log, so that each name is on the page.
func (s *sight) everyOperation(ctx context.Context) {
	GinkgoHelper()
	for _, op := range chattest.Operations() {
		s.service.Fail(op, chattest.Fault{Status: 418})
	}
	routes := map[string][]string{
		http.MethodGet: {"/chat/threads", "/chat/threads/x", "/chat/threads/x/messages", "/chat/threads/x/messages/1", "/chat/threads/x/participants",
			"/chat/threads/x/readReceipts", "/access/teamsExtension/tenants/x/assignments/y"},
		http.MethodPost: {"/chat/threads", "/chat/threads/x/messages", "/chat/threads/x/participants/:add", "/chat/threads/x/participants/:remove",
			"/chat/threads/x/typing", "/chat/threads/x/readReceipts", "/identities", "/identities/x/:revokeAccessTokens",
			"/identities/x/:issueAccessToken", "/teamsUser/:exchangeAccessToken"},
		http.MethodPatch:  {"/chat/threads/x", "/chat/threads/x/messages/1"},
		http.MethodDelete: {"/chat/threads/x", "/chat/threads/x/messages/1", "/identities/x", "/access/teamsExtension/tenants/x/assignments/y"},
		http.MethodPut:    {"/access/teamsExtension/tenants/x/assignments/y"},
	}
	for method, paths := range routes {
		for _, path := range paths {
			r, err := http.NewRequestWithContext(ctx, method, s.url+path+"?api-version=2025-03-15", nil)
			Expect(err).NotTo(HaveOccurred())
			answer, err := http.DefaultClient.Do(r)
			Expect(err).NotTo(HaveOccurred())
			_ = answer.Body.Close()
		}
	}
	for _, fault := range s.service.Faults() {
		fault.Remove()
	}
}

// everyDelivery makes subscriptions in each state and deliveries with each status, with the longest names.
func (s *sight) everyDelivery(ctx context.Context, thread *chat.ThreadClient) {
	GinkgoHelper()
	accept := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("WebHook-Allowed-Origin", "*")
		w.Header().Set("WebHook-Allowed-Rate", "*")
	})
	options := chattest.SubscriptionOptions{Target: "/" + strings.Repeat("long/", 40) + "?code=secret", Schema: events.SchemaCloudEvents}
	s.service.DeliverEvents(accept, &options)
	options.Schema = events.SchemaEventGrid
	s.service.DeliverEvents(accept, &options)
	Expect(s.service.WaitForDeliveries(ctx)).To(Succeed())
	for _, status := range []int{0, 500, 400} {
		if status != 0 {
			s.service.Fail(chattest.DeliverToWebhook, chattest.Fault{Status: status, Times: 2})
		}
		dora := chat.CommunicationUser{ID: s.service.NewUser().ID}
		_, err := thread.AddParticipants(ctx, []chat.Participant{{Identifier: dora, DisplayName: "Dora"}})
		Expect(err).NotTo(HaveOccurred())
		Expect(thread.RemoveParticipant(ctx, dora)).To(Succeed())
		Expect(s.service.WaitForDeliveries(ctx)).To(Succeed())
	}
	s.sees(text("#webhooks"), And(ContainSubstring("validating"), ContainSubstring("active"), ContainSubstring("delivered"), ContainSubstring("failed")))
}

// widths are every 20 pixels from 360 to 1,920, and each breakpoint of the style sheet with its neighbours.
func (s *sight) widths() (widths []int64) {
	GinkgoHelper()
	for width := int64(360); width <= 1920; width += 20 {
		widths = append(widths, width)
	}
	breakpoints := s.js(`[...document.styleSheets].flatMap((sheet) => [...sheet.cssRules]).flatMap((rule) => rule.media?.mediaText.match(/\d+(?=px)/g) ?? [])`)
	Expect(breakpoints).NotTo(BeEmpty())
	for _, text := range strings.Split(breakpoints, ",") {
		at, err := strconv.ParseInt(text, 10, 64)
		Expect(err).NotTo(HaveOccurred())
		widths = append(widths, at-1, at, at+1)
	}
	return widths
}

// faultsOfLayout returns the words that are broken over lines, those that are cut off, and what is wider than the window. A word is a run
// of letters and digits; one of more than 32 may be broken, and what scrolls or ends in an ellipsis may be wider than its box.
const faultsOfLayout = `(() => {
  const found = [];
  const root = document.documentElement;
  if (root.scrollWidth > innerWidth) found.push("the page is " + root.scrollWidth + " wide");
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (!parent.checkVisibility() || parent.closest("select")) continue;
    const clips = parent.closest(".id, .topic, .endpoint, .scope b, .facts code, pre");
    for (const word of node.data.matchAll(/[\p{L}\p{N}_]+/gu)) {
      if (word[0].length > 32) continue;
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      const boxes = [...range.getClientRects()];
      if (boxes.some((box) => Math.abs(box.top - boxes[0].top) > 2)) found.push("broken: " + word[0]);
      if (!clips && boxes.some((box) => box.right > innerWidth + 1 || box.left < -1)) found.push("outside: " + word[0]);
      const section = parent.closest("section, header");
      if (!clips && section && boxes.some((box) => box.right > section.getBoundingClientRect().right)) found.push("cut: " + word[0]);
    }
  }
  for (const e of document.querySelectorAll("button, .tag, .word, .status, time, .took")) {
    if (e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== "inline") found.push("too narrow: " + e.textContent);
  }
  const rows = [...document.querySelectorAll(".asked > li > details > summary")];
  for (const row of rows) {
    const boxes = [...row.children].map((e) => { range.selectNodeContents(e); return range.getBoundingClientRect(); });
    for (const a of boxes) for (const b of boxes) {
      if (a !== b && a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 4 && b.top < a.bottom - 4) found.push("overlap in " + row.innerText);
    }
  }
  return [...new Set(found)].join("; ");
})()`

// fits checks the layout at some widths.
func (s *sight) fits(widths ...int64) {
	GinkgoHelper()
	Expect(widths).NotTo(BeEmpty())
	for _, width := range widths {
		s.does(chromedp.EmulateViewport(width, 900))
		Expect(s.js(faultsOfLayout)).To(BeEmpty(), "at %d px", width)
	}
}

// picture saves a screenshot of the page in the directory INSPECTOR_PICTURES, if that is set.
func (s *sight) picture(name string) {
	GinkgoHelper()
	dir := os.Getenv("INSPECTOR_PICTURES")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(s.ctx, chromedp.FullScreenshot(100))
	Expect(err).NotTo(HaveOccurred())
	Expect(os.WriteFile(dir+"/"+name+".png", png, 0o600)).To(Succeed())
}
