package chattest

import "time"

// Now is the time of the service: that of the machine plus what [Service.Advance] added.
func (s *Service) Now() time.Time {
	return time.Now().Add(time.Duration(s.offset.Load()))
}

// Advance moves the clock of the service, and no other, by d: tokens expire, messages get later ids.
// A negative d moves it back; ids and versions within a thread grow all the same. Clients compare the end of a token with their
// own clock: to them a token of a service that is a day behind has expired when it is issued. Requests signed with the access key
// are accepted by either clock; [Fault.ClockSkew] is what refuses them.
//
// The clock stays within 25 years of that of the machine: a move beyond that goes to the limit.
func (s *Service) Advance(d time.Duration) {
	switch {
	case s.advance(d):
	case d > 0:
		s.offset.Store(maxOffset)
	default:
		s.offset.Store(-maxOffset)
	}
	s.deleteDueThreads()
}

// maxOffset keeps times where every part of the service can represent them, above all after 1970.
const maxOffset = int64(25 * 365 * 24 * time.Hour)

// advance moves the clock by d. It reports false, and does nothing, where that leads too far.
func (s *Service) advance(d time.Duration) bool {
	for {
		old := s.offset.Load()
		if int64(d) > maxOffset-old || int64(d) < -maxOffset-old {
			return false
		}
		if s.offset.CompareAndSwap(old, old+int64(d)) {
			s.deleteDueThreads()
			return true
		}
	}
}

// timestamp writes an instant in milliseconds since 1970 as the chat API does: UTC, whole seconds, cut off.
func timestamp(ms int64) string {
	return time.UnixMilli(ms).UTC().Format("2006-01-02T15:04:05Z")
}
