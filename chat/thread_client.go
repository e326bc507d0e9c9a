package chat

// ThreadClient works on one chat thread for one user: its messages, participants, read receipts and properties. It is a light
// handle and safe for concurrent use. The zero value is not usable; use [Client.ThreadClient] or [NewThreadClient].
//
// The error of every method is [ErrForbidden] if the user is not a participant of the thread, and [ErrNotFound] if the thread
// does not exist. Methods document further errors.
type ThreadClient struct {
	client   *Client
	threadID string
	owner    bool // of client
}

// NewThreadClient returns a client for a thread with connections of its own, and sends no request. Arguments, options and errors
// are those of [NewClient]; an empty threadID, "." and ".." are each an [*ArgumentError] too. If there is a [Client], use
// [Client.ThreadClient].
func NewThreadClient(endpoint, threadID string, credential *TokenCredential, options *ClientOptions) (*ThreadClient, error) {
	if err := checkID("threadID", threadID); err != nil {
		return nil, err
	}
	client, err := NewClient(endpoint, credential, options)
	if err != nil {
		return nil, err
	}
	return &ThreadClient{client: client, threadID: threadID, owner: true}, nil
}

// ThreadID returns the id of the thread.
func (t *ThreadClient) ThreadID() string { return t.threadID }

// Client returns the client of the same user: the one that returned t, or for [NewThreadClient] one that lives as long as t.
func (t *ThreadClient) Client() *Client { return t.client }

// Close closes a client that [NewThreadClient] returned, as [Client.Close] does. It is a no-op for thread clients returned by
// [Client.ThreadClient].
func (t *ThreadClient) Close() error {
	if t.owner {
		return t.client.Close()
	}
	return nil
}

// check rejects a bad thread id, and bad ids of messages.
func (t *ThreadClient) check(messageIDs ...string) error {
	if err := checkID("threadID", t.threadID); err != nil {
		return err
	}
	for _, id := range messageIDs {
		if err := checkID("messageID", id); err != nil {
			return err
		}
	}
	return nil
}
