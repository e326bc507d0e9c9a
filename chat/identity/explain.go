package identity

import (
	"context"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/explain"
)

// Explain says why err occurred: an error of this client's calls or of a credential that it made. A nil err has the empty
// explanation, and every other at least one cause. Explain uses the error and the answer of the service in it, and sends no
// request. A nil Client, as the constructors return with an error, explains as well. Explain is safe for concurrent use.
func (c *Client) Explain(ctx context.Context, err error) explain.Explanation {
	return (*chat.Client)(nil).Explain(ctx, "", err)
}
