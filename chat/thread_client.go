package chat

// ThreadClient works on one chat thread for one user: its messages, participants, receipts and properties.
// It is a light handle, safe for concurrent use. To close one that a [Client] has handed out does nothing and is not needed;
// one of [NewThreadClient] has connections of its own.
type ThreadClient struct {
	client   *Client
	threadID string
	owner    bool // of client
}

// NewThreadClient makes a client for a thread whose id is known. It makes no request. Arguments, options and errors are
// those of [NewClient]; a thread id that can't be one is an [ArgumentError] too. From a [Client], [Client.ThreadClient] is lighter.
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

// ThreadID is the id of the thread.
func (t *ThreadClient) ThreadID() string { return t.threadID }

// Close closes what [NewThreadClient] opened: see [Client.Close]. On a handle of [Client.ThreadClient] it does nothing,
// since connections belong to the client. It always returns nil.
func (t *ThreadClient) Close() error {
	if t.owner {
		return t.client.Close()
	}
	return nil
}

// check refuses the handle's own id, and those of messages.
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
