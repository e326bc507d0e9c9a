package inspector

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/acschat/acs-chat-go/chat/chattest"
)

// maxText is how much of a text the page shows, in bytes.
const maxText = 2000

// eraser makes what others wrote fit to be shown: without tokens and the access key, wherever they were put, and not without end.
type eraser func(text string) string

func newEraser(s *chattest.Service) eraser {
	_, key, _ := strings.Cut(s.ConnectionString(), ";accesskey=")
	keys := strings.NewReplacer(key, "(access key)", url.QueryEscape(key), "(access key)", strings.ReplaceAll(key, "/", `\/`), "(access key)")
	token := regexp.MustCompile(`eyJ[\w-]+\.[\w-]+(\.[\w-]*)?`)
	return func(text string) string {
		text = strings.ToValidUTF8(keys.Replace(token.ReplaceAllLiteralString(text, "eyJ…")), "\uFFFD")
		if len(text) <= maxText {
			return text
		}
		end := maxText
		for !utf8.RuneStart(text[end]) {
			end--
		}
		return fmt.Sprintf("%s… (%d bytes)", text[:end], len(text))
	}
}
