package identity

import (
	"context"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/explain"
)

// Explain returns the likely causes of an error of this client's calls or of its credentials, from the error alone: it sends no
// request. The explanation of nil is empty, and any other has at least one cause. The Client may be nil, as the constructors return
// it with an error.
func (c *Client) Explain(ctx context.Context, err error) explain.Explanation {
	return (*chat.Client)(nil).Explain(ctx, "", err)
}
