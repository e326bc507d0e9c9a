//go:build browser

package browser_test

import (
	"bytes"
	"cmp"
	"context"
	"image"
	"image/color"
	"image/png"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gexec"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/tui/tuitest"
)

// maxBytes is the most of a picture.
const maxBytes = 150_000

var _ = Describe("The pictures of the README", func() {
	It("show the page at work, on a desktop and a phone, in light and dark, and are small", func(ctx SpecContext) {
		s := open()
		s.work(ctx)
		for _, picture := range []struct {
			name          string
			width, height int64
			scale         float64
			dark          bool
		}{
			{"page-light", 1560, 900, 1.4, false},
			{"page-dark", 1560, 900, 1.4, true},
			{"page-phone", 390, 844, 2, false},
		} {
			s.look(picture.dark)
			s.does(chromedp.EmulateViewport(picture.width, picture.height, chromedp.EmulateScale(picture.scale)))
			s.js("scrollTo(0, 0)")
			s.keep(picture.name)
		}
	})

	It("show the chat in a terminal, as the terminal has drawn it", func(ctx SpecContext) {
		s := open()
		self := s.work(ctx)
		binary, err := gexec.Build("github.com/acschat/acs-chat-go/cmd/acschat")
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(gexec.CleanupBuildArtifacts)
		terminal := tuitest.New(GinkgoTB(), 100, 24)
		home := GinkgoT().TempDir()
		command := exec.Command(binary, "chat")
		command.Env = []string{
			"AZURE_COMMUNICATION_ENDPOINT=" + s.url, "AZURE_COMMUNICATION_ACCESS_TOKEN=" + s.service.Token(self, 0),
			"TERM=xterm-256color", "COLORTERM=truecolor", "TZ=UTC", "HOME=" + home,
		}
		terminal.Run(command)
		Eventually(terminal.Screen).Should(ContainSubstring("Release 4.2"))
		terminal.Type("\r") // opens the first thread
		Eventually(terminal.Screen).Should(ContainSubstring("Then roll it out to everybody."))
		terminal.Type("Nice work, both of you.")
		Eventually(terminal.Screen).Should(ContainSubstring("Nice work, both of you."))

		s.look(true)
		s.does(chromedp.Navigate("about:blank"), chromedp.EmulateViewport(940, 500, chromedp.EmulateScale(1.5)))
		s.js(`document.body.innerHTML = "<pre></pre>"`)
		s.js(`document.documentElement.style.colorScheme = "dark"`)
		s.js(`document.body.style.cssText = "margin: 0; background: Canvas; color: CanvasText"`)
		s.js(`document.querySelector("pre").style.cssText = "margin: 14px 18px; font: 15px/19px 'DejaVu Sans Mono', monospace"`)
		s.js(`document.querySelector("pre").innerHTML = ` + strconv.Quote(terminal.HTML()))
		Expect(s.js("document.body.innerText")).To(ContainSubstring("Then roll it out to everybody."))
		Expect(s.js("document.documentElement.scrollWidth <= 940 && document.documentElement.scrollHeight <= 500")).To(Equal("true"))
		s.keep("chat")
	})
})

// keep takes a picture, and writes it to the directory for the README if there is one.
func (s *sight) keep(name string) {
	GinkgoHelper()
	taken, err := chromedp.Run(s.ctx, chromedp.CaptureScreenshot())
	Expect(err).NotTo(HaveOccurred())
	small := smaller(taken)
	AddReportEntry(name, len(small))
	Expect(len(small)).To(And(BeNumerically(">", 10_000), BeNumerically("<", maxBytes)), name)
	if dir := os.Getenv("README_PICTURES"); dir != "" {
		Expect(os.WriteFile(filepath.Join(dir, name+".png"), small, 0o644)).To(Succeed())
	}
}

// work lets people talk and a program fail. It returns the first of the people.
func (s *sight) work(ctx context.Context) chattest.User {
	GinkgoHelper()
	names := []string{"Ana", "Bo", "Chidi"}
	users := make([]chattest.User, len(names))
	people := make([]chat.Participant, len(names))
	for i, name := range names {
		users[i] = s.service.NewUser()
		people[i] = chat.Participant{Identifier: users[i], DisplayName: name}
	}
	ana := s.clientOf(users[0])
	for _, topic := range []string{"Invoice 2041", "Delivery to Lyon", "Release 4.2"} {
		created, err := ana.CreateThread(ctx, topic, &chat.CreateThreadOptions{Participants: people})
		Expect(err).NotTo(HaveOccurred())
		say := func(by int, text string) {
			_, _ = s.clientOf(users[by]).ThreadClient(created.Thread.ID).SendMessage(ctx, text, &chat.SendMessageOptions{SenderDisplayName: names[by]})
		}
		say(1, "Hello, is anybody looking at this?")
		say(0, "Yes, give me a minute.")
		if topic != "Release 4.2" {
			continue
		}
		say(2, "The canary has been on 5 % of the traffic for an hour.")
		say(1, "Error rate unchanged, p99 down by 12 ms.")
		s.service.Fail(chattest.SendChatMessage, chattest.Fault{Every: 2, Status: 429, RetryAfter: time.Second})
		say(0, "Then roll it out to everybody.")
		say(2, "Rolling out.")
		_, err = ana.ThreadClient(created.Thread.ID).ListParticipants(nil).Collect(ctx, 0)
		Expect(err).NotTo(HaveOccurred())
	}
	s.sees(text("#requests .failed"), ContainSubstring("429"))
	return users[0]
}

// look sets the color scheme that the reader prefers.
func (s *sight) look(dark bool) {
	GinkgoHelper()
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	_, err := chromedp.Call(s.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
	})
	Expect(err).NotTo(HaveOccurred())
}

// smaller returns a PNG with the 256 most frequent colors of a picture. A page has few more, at the edges of its letters.
func smaller(picture []byte) []byte {
	GinkgoHelper()
	full, err := png.Decode(bytes.NewReader(picture))
	Expect(err).NotTo(HaveOccurred())
	bounds, frequency := full.Bounds(), map[color.Color]int{}
	for y := range bounds.Dy() {
		for x := range bounds.Dx() {
			frequency[full.At(x, y)]++
		}
	}
	colors := slices.SortedFunc(maps.Keys(frequency), func(a, b color.Color) int { return cmp.Compare(frequency[b], frequency[a]) })
	palette := color.Palette(colors[:min(256, len(colors))])
	nearest := map[color.Color]uint8{}
	for _, c := range colors {
		nearest[c] = uint8(palette.Index(c))
	}
	reduced := image.NewPaletted(bounds, palette)
	for y := range bounds.Dy() {
		for x := range bounds.Dx() {
			reduced.SetColorIndex(x, y, nearest[full.At(x, y)])
		}
	}
	var b bytes.Buffer
	Expect((&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, reduced)).To(Succeed())
	return b.Bytes()
}
