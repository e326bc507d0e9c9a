package limits

import (
	"fmt"
	"time"

	"github.com/acschat/acs-chat-go/chat"
)

// ExceededError is the error of a request that cannot be sent before the deadline of its context, or within the time of [WithMaxWait].
// It matches [chat.ErrThrottled]; nothing was sent.
type ExceededError struct {
	// Limit is the one that the request would have waited for.
	Limit Limit
	// Wait is the least time until the request could have been sent. It is 0 if the deadline has passed while other requests of the thread or
	// user were ahead of it in line.
	Wait time.Duration
}

func (e *ExceededError) Error() string {
	if e.Wait <= 0 {
		return fmt.Sprintf("the limit is %v: the request has waited too long", e.Limit)
	}
	return fmt.Sprintf("the limit is %v: the next request may be sent in %v, which is too late", e.Limit, e.Wait.Round(time.Millisecond))
}

// Is reports whether target is [chat.ErrThrottled].
func (e *ExceededError) Is(target error) bool { return target == chat.ErrThrottled }
