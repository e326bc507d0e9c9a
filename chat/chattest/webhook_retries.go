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

const (
	// HandshakeInterval is the time, by the clock of the service, after which a handshake without consent is repeated, since the webhook may
	// start later. Handshakes end after ten minutes by the clock of the machine, or after as many intervals, which a test that advances the
	// clock of the service reaches sooner.
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

// NextAttempt returns when Event Grid delivers an event again: RetryDelay after the end of an attempt that has failed. It reports false if
// Event Grid gives the event up: after MaxDeliveryAttempts, if the time would be more than MaxDeliveryTime after the beginning of the first
// attempt, and after the statuses 400, 401, 403 and 413. attempts is at least 1; status is that of the answer, 0 if there was none.
func NextAttempt(first, ended time.Time, attempts, status int) (due time.Time, ok bool) {
	due = ended.Add(RetryDelay(attempts))
	return due, !isFinalStatus(status) && attempts < MaxDeliveryAttempts && due.Sub(first) <= MaxDeliveryTime
}

// isFinalStatus reports whether Event Grid gives up a delivery at once after the answer of a webhook, as its documentation says.
func isFinalStatus(status int) bool {
	return slices.Contains([]int{http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusRequestEntityTooLarge}, status)
}
