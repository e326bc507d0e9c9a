package chattest

import "time"

// Now is the time of the service: that of the machine plus what [Service.Advance] added.
func (s *Service) Now() time.Time {
	return time.Now().Add(time.Duration(s.offset.Load()))
}

// Advance moves the clock of the service, and nobody else's, by d: tokens expire, messages get later ids.
// A negative d moves it back; ids and versions within a thread grow all the same.
func (s *Service) Advance(d time.Duration) {
	s.offset.Add(int64(d))
}

// timestamp writes an instant in milliseconds since 1970 as the chat API does: UTC, whole seconds, cut off.
func timestamp(ms int64) string {
	return time.UnixMilli(ms).UTC().Format("2006-01-02T15:04:05Z")
}
