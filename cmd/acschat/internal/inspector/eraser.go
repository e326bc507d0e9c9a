package inspector

import (
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/redact"
)

// maxText is the most bytes of a text in a list.
const maxText = 2000

// eraser makes text of users fit for the page: without secrets and valid UTF-8.
type eraser func(text string) string

func newEraser(s *chattest.Service) eraser {
	// The key of this resource may be one of the caller's choice, which redact does not recognize where it stands alone.
	_, key, _ := strings.Cut(s.ConnectionString(), ";accesskey=")
	keys := strings.NewReplacer(key, "[redacted]", url.QueryEscape(key), "[redacted]", strings.ReplaceAll(key, "/", `\/`), "[redacted]")
	return func(text string) string {
		return strings.ToValidUTF8(redact.Text(keys.Replace(text)), "\uFFFD")
	}
}

// clipped returns an eraser that bounds the length of a text, too.
func (e eraser) clipped() eraser {
	return func(text string) string {
		text = e(text)
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
