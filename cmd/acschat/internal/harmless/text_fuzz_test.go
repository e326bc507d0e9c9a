package harmless_test

import (
	"strings"
	"testing"

	"github.com/acschat/acs-chat-go/cmd/acschat/internal/harmless"
)

// FuzzText checks that the output for any text and any HTML has no control characters other than line feeds, and that such output is
// returned unchanged.
func FuzzText(f *testing.F) {
	for _, seed := range []string{
		"", "plain", "a\r\nb\rc", "\x1b]52;c;?\x07", "\u009b2J", "\u202e\u2028\ufeff", "👩\u200d💻", "\xff\xc2", "<p>a<br>b</p>", "&#27;[2J", "<script>a", "<li",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, given string) {
		line := harmless.Line(given)
		if strings.Contains(line, "\n") {
			t.Errorf("%q is a line", line)
		}
		for _, text := range []string{harmless.Text(given), line, harmless.HTML(given)} {
			for _, r := range text {
				if r != '\n' && !harmless.Rune(r) {
					t.Errorf("%q is left in %q", r, text)
				}
			}
			if again := harmless.Text(text); again != text {
				t.Errorf("%q becomes %q", text, again)
			}
		}
	})
}
