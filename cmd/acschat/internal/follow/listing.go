package follow

import (
	"errors"
	"iter"
	"strconv"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/feed"
)

// Errors of a listing.
var (
	ErrRepeatedPage = errors.New("the service returned the same page again") // it would not end by itself
	ErrTooMany      = errors.New("there are too many messages")
)

// Above reads a listing of messages, which has the highest version first, down to a version, and returns the messages above it and the number
// of pages read. It reads no page after the last one that it needs, and fails with [ErrTooMany] if it needs more than most; 0 is no limit.
//
// Commands that follow a thread use package feed instead. This is one look at a listing, for two that cannot: an export needs the end of what
// has moved so far, and a feed has none; the full-screen chat reads only the latest page after a long pause, where a feed reads all of what
// was missed, and its look is one of several kinds of requests that share a schedule.
func Above(pages iter.Seq2[chat.Page[chat.Message], error], floor int64, most int) (messages []chat.Message, read int, err error) {
	token := ""
	for page, err := range pages {
		if err != nil {
			return messages, read, err
		}
		read++
		for _, m := range page.Items {
			if Version(m) <= floor {
				return messages, read, nil
			}
			messages = append(messages, m)
		}
		if read == most && !page.Last {
			return messages, read, ErrTooMany
		}
		if !page.Last && page.ContinuationToken == token {
			return messages, read, ErrRepeatedPage
		}
		token = page.ContinuationToken
	}
	return messages, read, nil
}

// BeforeLate returns the version down to which a listing is read again to find what has changed since newest, its highest version then.
func BeforeLate(newest int64) int64 { return newest - feed.LookBack.Milliseconds() }

// Version returns the version of a message as a number, 0 if it is not one.
func Version(m chat.Message) int64 { return Number(m.Version) }

// Number parses an id, a version or a sequence id; it is 0 if that is not a number.
func Number(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0
	}
	return n
}
