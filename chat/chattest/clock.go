package chattest

import "time"

// Now returns the time of the service: that of the machine plus what [Service.Advance] added.
func (s *Service) Now() time.Time {
	return time.Now().Add(time.Duration(s.offset.Load()))
}

// Advance moves the clock of the service by d, but not that of clients: tokens expire, and messages get later ids. A negative d moves it
// back; ids and versions within a thread still grow. Clients compare the expiry of a token with their own clock: if the service is a day
// behind, they see a token that has expired when it is issued. Requests signed with the access key are accepted by either clock, unless
// [Fault.ClockSkew] refuses them.
//
// The clock stays within 25 years of that of the machine; a larger move ends at that limit.
func (s *Service) Advance(d time.Duration) {
	if s.advance(d) {
		return
	}
	if d > 0 {
		s.offset.Store(maxOffset)
	} else {
		s.offset.Store(-maxOffset)
	}
	s.clockMoved()
}

// clockMoved deletes the threads that are due now, resets the timer for the others, and looks for deliveries that are due.
func (s *Service) clockMoved() {
	s.deleteDueThreads()
	s.awaitDueThread()
	s.webhooks.clockMoved()
}

// maxOffset keeps times in the range that ids can represent.
const maxOffset = int64(25 * 365 * 24 * time.Hour)

// advance moves the clock by d. It reports false, and does nothing, if that exceeds the limit.
func (s *Service) advance(d time.Duration) bool {
	for {
		old := s.offset.Load()
		if int64(d) > maxOffset-old || int64(d) < -maxOffset-old {
			return false
		}
		if s.offset.CompareAndSwap(old, old+int64(d)) {
			s.clockMoved()
			return true
		}
	}
}

// timestamp writes an instant in milliseconds since 1970 as the chat API does: UTC, truncated to whole seconds.
func timestamp(ms int64) string {
	return time.UnixMilli(ms).UTC().Format("2006-01-02T15:04:05Z")
}
