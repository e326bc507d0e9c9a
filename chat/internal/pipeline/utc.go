package pipeline

import "time"

// UTC returns a time that was read in UTC, or the zero time if its year is not from 0 to 9999 then: RFC 3339 can write such a time with
// an offset only, and encoding/json refuses to write it.
func UTC(t time.Time) time.Time {
	t = t.UTC()
	if year := t.Year(); year < 0 || year > 9999 {
		return time.Time{}
	}
	return t
}
