package tui

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/harmless"
)

// called is a name or a topic on one line, empty where there is nothing to see in it.
func called(name string) string {
	return harmless.Line(strings.TrimSpace(name))
}

// textOf is what somebody wrote, without the markup of HTML.
func textOf(m chat.Message) string {
	text := m.Content.Message
	if m.Type == chat.MessageTypeHTML {
		text = harmless.HTML(text)
	}
	for _, a := range m.Content.Attachments {
		text += fmt.Sprintf("\n[%s: %s]", a.Type, a.Name)
	}
	return strings.Trim(harmless.Text(text), "\n")
}

// why is the reason in an error, on a line that is not longer than it must be: where there was no answer, the address says nothing.
func why(err error) string {
	if failed, ok := errors.AsType[*url.Error](err); ok {
		err = failed.Err
	}
	return harmless.Line(err.Error())
}
