package harmless_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/cmd/acschat/internal/harmless"
)

var _ = Describe("Untrusted text", func() {
	DescribeTable("is shown without control characters, on several lines or on one",
		func(given, text, line string) {
			Expect(harmless.Text(given)).To(Equal(text))
			Expect(harmless.Line(given)).To(Equal(line))
		},
		Entry("nothing", "", "", ""),
		Entry("words", "Canary is  green. ", "Canary is  green. ", "Canary is  green. "),
		Entry("lines", "one\ntwo\r\n\n", "one\ntwo\n\n", "one↵two↵↵"),
		Entry("a carriage return", "good\revil", "good^Mevil", "good^Mevil"),
		Entry("a tab", "\tif", "    if", "    if"),
		Entry("a sequence that clears the screen", "\x1b[2J", "^[[2J", "^[[2J"),
		Entry("a sequence that sets the title", "\x1b]0;title\x07", "^[]0;title^G", "^[]0;title^G"),
		Entry("a C1 control character", "\u009b31mred", "<U+009B>31mred", "<U+009B>31mred"),
		Entry("backspace, delete and NUL", "a\b\x7f\x00", "a^H^?^@", "a^H^?^@"),
		Entry("bidirectional controls", "\u202etxt.exe\u2066", "<U+202E>txt.exe<U+2066>", "<U+202E>txt.exe<U+2066>"),
		Entry("other line separators", "a\u2028b\u2029c\u0085d", "a<U+2028>b<U+2029>c<U+0085>d", "a<U+2028>b<U+2029>c<U+0085>d"),
		Entry("invisible characters", "\ufeffa\u00adb\u200b\U000e0067", "<U+FEFF>a<U+00AD>b<U+200B><U+E0067>", "<U+FEFF>a<U+00AD>b<U+200B><U+E0067>"),
		Entry("invisible letters", "\u034f\u115f\u1160\u3164\uffa0\u2800\u17b4\u17b5",
			"<U+034F><U+115F><U+1160><U+3164><U+FFA0><U+2800><U+17B4><U+17B5>", "<U+034F><U+115F><U+1160><U+3164><U+FFA0><U+2800><U+17B4><U+17B5>"),
		Entry("visible letters of the same scripts", "한글 ᄒ\u1161ᆫ ｱ ⠓⠊ ខ្មែរ", "한글 ᄒ\u1161ᆫ ｱ ⠓⠊ ខ្មែរ", "한글 ᄒ\u1161ᆫ ｱ ⠓⠊ ខ្មែរ"),
		Entry("letters of many scripts", "família می\u200cخواهم 你好 e\u0301", "família می\u200cخواهم 你好 e\u0301", "família می\u200cخواهم 你好 e\u0301"),
		Entry("emoji of several parts", "👩\u200d💻 ❤\ufe0f", "👩\u200d💻 ❤\ufe0f", "👩\u200d💻 ❤\ufe0f"),
		Entry("invalid UTF-8", "a\xffb", "a\ufffdb", "a\ufffdb"),
	)

	DescribeTable("is extracted from HTML",
		func(source, text string) { Expect(harmless.HTML(source)).To(Equal(text)) },
		Entry("nothing", "", ""),
		Entry("text without markup", " Canary is green. ", "Canary is green."),
		Entry("blocks, each on its own lines", "Hi<div><p>Canary is <b>green</b> &amp; well.</p></div>Bye", "Hi\nCanary is green & well.\nBye"),
		Entry("lists", "Next:<ul><li>one<li>two</ul>", "Next:\none\ntwo"),
		Entry("breaks", "one<br>two<br/><br>three", "one\ntwo\n\nthree"),
		Entry("empty blocks", "<p>one</p><p></p><p>two</p>", "one\ntwo"),
		Entry("preformatted lines", "<pre>one\n  two</pre>", "one\n  two"),
		Entry("elements without readable text", "a<!-- no --><script>alert('<p>')</script><style>p{}</style><title>t</title>b", "ab"),
		Entry("unclosed elements", "<p>one<b>two<script>three", "onetwo"),
		Entry("misnested elements", "<object>a</p>b</object>c", "c"),
		Entry("unknown tags", "<at id='0'>Bob</at>, look", "Bob, look"),
		Entry("character references", "&#27;[2J&#x202e;&lt;b&gt;", "^[[2J<U+202E><b>"),
	)
})
