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

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
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
	path := chromium()
	Expect(path).NotTo(BeEmpty(), "there is no Chromium")
	ending := make(chan struct{})
	i := inspector.New(ending)
	service, err := chattest.Open(&chattest.Options{OnRequest: i.Observe})
	Expect(err).NotTo(HaveOccurred())
	server := httptest.NewServer(i.Handler(service, service))
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
	for range 60 {
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
		s.sees(text("#faults"), ContainSubstring("All is well."))

		s.presses("\r")
		s.sees(`document.querySelector("#faults button")?.id`, Equal("off-2"))
		s.js(`document.getElementById("main").focus()`)
		s.tabsTo("off-2")
		s.presses("\r")
		s.sees(text("#outcome"), Equal("The fault is off."))
		s.sees(text("#faults"), ContainSubstring("All is well."))
		Expect(s.service.Faults()).To(BeEmpty())
		s.sees("document.activeElement.id", Equal("faults-heading"))
	})

	It("keeps the open details and the focus while updates arrive", func(ctx SpecContext) {
		s.js(`document.querySelector("#requests summary").focus()`)
		s.presses("\r")
		s.sees(`document.querySelectorAll("#requests details[open]").length`, Equal("1"))
		opened := s.js(`document.querySelector("#requests details[open]").id`)
		_, err := talk.SendMessage(ctx, "More.", nil)
		Expect(err).NotTo(HaveOccurred())
		s.sees(text("#requests .asked li"), ContainSubstring("SendChatMessage"))
		Expect(s.js(`document.querySelector("#requests details[open]").id`)).To(Equal(opened))
		Expect(s.js(`document.activeElement.closest("details")?.id`)).To(Equal(opened))
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
		Expect(s.js(`document.querySelectorAll("main img, main script, aside img, aside script").length`)).To(Equal("0"))
	})

	It("requests nothing from other hosts, and logs no errors", func(ctx SpecContext) {
		_, err := talk.SendMessage(ctx, "Still here.", nil)
		Expect(err).NotTo(HaveOccurred())
		s.sees(text("#messages .text"), Equal("Still here."))
		s.mu.Lock()
		defer s.mu.Unlock()
		Expect(s.asked).To(ContainElement(HaveSuffix("/_inspector/page.css")))
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
