package chat

import (
	"cmp"
	"context"
	"iter"
	"maps"
	"strconv"
	"time"

	"github.com/acschat/acs-chat-go/chat/internal/diagnosis"
	"github.com/acschat/acs-chat-go/chat/internal/once"
	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
)

// OnceKeyMember is the member of a message's metadata in which [ThreadClient.SendMessageOnce] keeps the key. Every version of this
// package uses this name. Listings and events have it in Metadata like every other member, so that a message can be matched with its
// key. An update that leaves it out keeps it; do not change or remove it.
const OnceKeyMember = "acschatOnceKey"

// SendMessageOnceOptions are the optional settings of [ThreadClient.SendMessageOnce].
type SendMessageOnceOptions struct {
	// SendMessageOptions are those of the message. Metadata with the member [OnceKeyMember] is an [*ArgumentError].
	SendMessageOptions
	// Since is when the key may first have been used, by the clock of this machine: set it after a crash, or if a queue may deliver a
	// message twice. If the message is not found, it is sent after ListingLag. Zero means that this call is the first with the key.
	Since time.Time
	// ListingLag is the longest time until a message is listed after the end of the attempt to send it. The lag of the service is not
	// published. 0 means ten seconds, a negative value no lag.
	ListingLag time.Duration
	// SearchMargin is how much earlier than the first use of the key the search for the message begins: the clock of the service is known
	// to a second, and its machines may differ. 0 means a minute, a negative value no margin.
	SearchMargin time.Duration
	// MaxResends is how often the message is sent again after an attempt with an unknown outcome. 0 means 3, a negative number never.
	MaxResends int
	// BeforeSend is called right before each attempt to send the message, retries included, after the wait for the Limiter. If it returns
	// an error, nothing is sent, and the call fails with that error. A worker of a queue checks here that the message is still its own.
	// Nil means no check.
	BeforeSend func(context.Context) error
}

// ErrUndecidable is matched by an error of [ThreadClient.SendMessageOnce] if another call with the same key would fail as well, since the
// messages of the thread do not show whether the message was sent. The error matches [ErrOutcomeUnknown] too.
var ErrUndecidable = once.ErrUndecidable

const (
	defaultListingLag   = 10 * time.Second
	defaultSearchMargin = time.Minute
	defaultMaxResends   = 3
	maxOnceKey          = 128 // bytes
	searchPageSize      = 100
)

// SendMessageOnce sends a message once for each key of the user in the thread, although the API has no idempotency key. Without a
// failure it sends the same single request as [ThreadClient.SendMessage], with the key in the metadata of the message: see
// [OnceKeyMember]. The key is any text of up to 128 bytes, such as the id of an order.
//
// After an attempt with an unknown outcome it lists the newest messages of the thread. If none of them has the key, it waits for
// ListingLag, lists them once more, and only then sends the message again. With Since, it begins with that search. The result is then
// the message that was found; content and options are not compared. It therefore also retries what SendMessage must not retry. The
// search begins SearchMargin before the first use of the key, by the clock of the service.
//
// The error matches [ErrOutcomeUnknown] and its cause if it is not certain whether the thread contains the message: if the context ends,
// a listing fails, or a message of the user that was sent since has been deleted, since a deleted message has no metadata. No message is
// sent then; call SendMessageOnce again with the same key and Since, unless the error matches [ErrUndecidable]. With any other error the
// message was not sent.
//
// The message can be sent twice if it is listed later than after ListingLag, if two calls use the same key at the same time, if the member
// with the key has been changed, or if the user has been removed from the thread and added again without its history. If the claims of
// the token cannot be read, a message of another user with the same key leaves the outcome unknown, and so does a listing without the time
// of the service (the header Date).
//
// An empty key and one of more than 128 bytes are each an [*ArgumentError], and so are those of SendMessage.
//
// The API operations are ChatThread_SendChatMessage and ChatThread_ListChatMessages.
func (t *ThreadClient) SendMessageOnce(ctx context.Context, key, content string, options *SendMessageOnceOptions) (SendMessageResult, error) {
	if options == nil {
		options = &SendMessageOnceOptions{}
	}
	if err := cmp.Or(t.check(), checkOnceKey(key), options.check(content)); err != nil {
		return SendMessageResult{}, err
	}
	message := options.SendMessageOptions
	if message.Metadata = maps.Clone(message.Metadata); message.Metadata == nil {
		message.Metadata = make(map[string]string, 1)
	}
	message.Metadata[OnceKeyMember] = key
	sending := once.Sending{
		Key: key, Since: options.Since, Lag: cmp.Or(options.ListingLag, defaultListingLag),
		Margin: max(0, cmp.Or(options.SearchMargin, defaultSearchMargin)), Retries: cmp.Or(options.MaxResends, defaultMaxResends),
		Thread: once.Thread{Sender: t.client.userID, Pages: t.searchPages},
		Send: func(ctx context.Context) (string, error) {
			op := pipeline.Operation{Name: "ThreadClient.SendMessageOnce", BeforeSend: options.BeforeSend}
			sent, err := t.send(ctx, op, content, &message)
			return sent.ID, err
		},
	}
	id, err := sending.Do(ctx)
	return SendMessageResult{ID: id}, err
}

func checkOnceKey(key string) error {
	if key == "" || len(key) > maxOnceKey {
		return &ArgumentError{Name: "key", Reason: "must have 1 to " + strconv.Itoa(maxOnceKey) + " bytes"}
	}
	return checkText("key", key)
}

func (o *SendMessageOnceOptions) check(content string) error {
	if _, taken := o.Metadata[OnceKeyMember]; taken {
		return &ArgumentError{Name: "Metadata", Reason: "must not have the member " + OnceKeyMember + ", which holds the key"}
	}
	return o.SendMessageOptions.check(content)
}

// searchPages lists the messages of the thread for a search. It ends at a version, which does not depend on what the service means by a
// start time.
func (t *ThreadClient) searchPages(ctx context.Context) iter.Seq2[once.Page, error] {
	return func(yield func(once.Page, error) bool) {
		ctx, serviceTime := pipeline.WithServiceTime(ctx)
		for page, err := range t.ListMessages(&ListMessagesOptions{PageSize: searchPageSize}).Pages(ctx) {
			searched := once.Page{Messages: make([]once.Message, len(page.Items)), Time: serviceTime()}
			for i, m := range page.Items {
				searched.Messages[i] = once.Message{ID: m.ID, Version: m.Version, Key: m.Metadata[OnceKeyMember], Deleted: !m.DeletedOn.IsZero()}
				if m.Sender != nil {
					searched.Messages[i].Sender = m.Sender.RawID()
				}
			}
			if !yield(searched, err) {
				return
			}
		}
	}
}

// userID returns the raw id of the user, "" if the claims of the token cannot be read.
func (c *Client) userID(ctx context.Context) (string, error) {
	if user, ok := c.pipeline.Caller().(CommunicationUser); ok {
		return user.RawID(), nil
	}
	token, err := c.credential.Token(ctx)
	if err != nil {
		return "", err
	}
	return userOf(token.Token), nil
}

// userOf returns the raw id of the user of a token, "" if its claims cannot be read.
func userOf(token string) string {
	payload, err := readPayload(token)
	if err != nil {
		return ""
	}
	return diagnosis.ReadClaims(payload).User
}
