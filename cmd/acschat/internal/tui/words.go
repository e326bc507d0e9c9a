package tui

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/harmless"
)

// visibleName returns a name or a topic on one line, "" if nothing in it is visible.
func visibleName(name string) string {
	return harmless.Line(strings.TrimSpace(name))
}

// textOf returns the text of a message, without HTML markup.
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

// reason returns the text of an error on one line, without the URL of a failed request.
func reason(err error) string {
	if failed, ok := errors.AsType[*url.Error](err); ok {
		err = failed.Err
	}
	return harmless.Line(err.Error())
}
