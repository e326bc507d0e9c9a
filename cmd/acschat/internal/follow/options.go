// Package follow has what the commands that follow a thread share.
package follow

import (
	"fmt"
	"io"
	"time"

	"github.com/acschat/acs-chat-go/chat/feed"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/harmless"
)

// MinInterval is the shortest interval that keeps to the published rate limit of listing messages: 200 per minute.
const MinInterval = 300 * time.Millisecond

// Options returns options to read a thread at an interval, from a position. Failed calls are reported on stderr, once a minute at most.
func Options(from feed.Cursor, interval time.Duration, stderr io.Writer) *feed.Options {
	var reported time.Time
	return &feed.Options{
		From: from, Share: min(1, float64(MinInterval)/float64(interval)), MaxInterval: interval,
		OnError: func(_ string, err error) {
			if time.Since(reported) >= time.Minute {
				reported = time.Now()
				fmt.Fprintln(stderr, "acschat: retrying:", harmless.Line(err.Error()))
			}
		},
	}
}
