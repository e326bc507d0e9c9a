package chattest

import (
	"net/http"
	"slices"
	"time"
)

// The limits of Event Grid for the delivery of an event: attempts, and time after the first attempt. An event is delivered again until
// either is reached.
const (
	MaxDeliveryAttempts = 30
	MaxDeliveryTime     = 24 * time.Hour
)

// The handshake is repeated every few seconds for ten minutes, since the webhook may start later. The time is that of the machine, the
// intervals are those of the service's clock.
const (
	HandshakeInterval    = 5 * time.Second
	handshakeTime        = 10 * time.Minute
	maxHandshakeAttempts = int(handshakeTime / HandshakeInterval)
)

// RetryDelay returns how long Event Grid waits after a number of failed attempts, from 1: 10 s, 30 s, 1 min, 5 min, 10 min, 30 min and
// then an hour. The small random time that Event Grid adds is omitted.
func RetryDelay(attempts int) time.Duration {
	delays := []time.Duration{10 * time.Second, 30 * time.Second, time.Minute, 5 * time.Minute, 10 * time.Minute, 30 * time.Minute, time.Hour}
	return delays[min(max(attempts, 1), len(delays))-1]
}

// IsFinalStatus reports whether Event Grid gives up a delivery at once after the answer of a webhook, as its documentation says.
func IsFinalStatus(status int) bool {
	return slices.Contains([]int{http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusRequestEntityTooLarge}, status)
}
