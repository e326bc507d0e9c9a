package realtime

import (
	"errors"
	"math/rand/v2"
	"time"

	"github.com/acschat/acs-chat-go/chat"
)

const (
	firstPause = time.Second      // after the second failure in a row; it doubles
	maxPause   = 50 * time.Second // unless the service asks for more
	maxAsked   = time.Hour        // that the service can ask for
	quickPause = 250 * time.Millisecond
)

// pause returns the delay after a number of failures in a row, the last of which is err. The first delay is short and random, so that the
// clients of a restarted service do not reconnect all at once. Later delays vary by a fifth. A longer Retry-After is followed.
func pause(failures int, err error) time.Duration {
	var p time.Duration
	if failures <= 1 {
		p = rand.N(quickPause) //nolint:gosec // G404: nothing is to be guessed
	} else {
		p = min(maxPause, firstPause<<min(failures-2, 10))
		p = p*4/5 + rand.N(p*2/5) //nolint:gosec // G404: nothing is to be guessed
	}
	if refusal, ok := errors.AsType[*chat.Error](err); ok {
		p = max(p, min(refusal.RetryAfter, maxAsked))
	}
	return p
}
