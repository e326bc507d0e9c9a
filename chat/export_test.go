package chat

import (
	"io"

	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
)

// WireForm is the JSON in which an identifier is sent, also one that no method would send because it is empty.
func WireForm(id Identifier) string {
	form, _ := io.ReadAll(pipeline.Encode(wireIdentifier(id)))
	return string(form)
}
