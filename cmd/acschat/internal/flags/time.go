package flags

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

// Time is a point in time: a timestamp, a day, or a duration before now.
type Time struct{ time.Time }

func (f *Time) String() string { return "" }

// Type implements pflag.Value.
func (f *Time) Type() string { return "TIME" }

// Set implements pflag.Value.
func (f *Time) Set(text string) error {
	if at, ok := moment(text); ok {
		f.Time = at
		return nil
	}
	if ago, ok := duration(text); ok {
		f.Time = time.Now().Add(-ago)
		return nil
	}
	return errors.New("must be a time such as 2026-05-04T09:30:00Z, a day such as 2026-05-04, or a duration before now: 90m, 12h, 7d")
}

// Expiry is a point in time: a timestamp, a day, or a duration from now.
type Expiry struct{ time.Time }

func (f *Expiry) String() string { return "" }

// Type implements pflag.Value.
func (f *Expiry) Type() string { return "TIME" }

// Set implements pflag.Value.
func (f *Expiry) Set(text string) error {
	if at, ok := moment(text); ok {
		f.Time = at
		return nil
	}
	if ahead, ok := duration(text); ok {
		f.Time = time.Now().Add(ahead)
		return nil
	}
	return errors.New("must be a time such as 2026-05-04T09:30:00Z, or a duration from now: 50m, 24h")
}

// moment reads a timestamp or a day. Without a time zone it is local.
func moment(text string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04", time.DateTime, "2006-01-02 15:04", time.DateOnly} {
		if at, err := time.ParseInLocation(layout, text, time.Local); err == nil {
			return at, true
		}
	}
	return time.Time{}, false
}

// duration is time.ParseDuration with days.
func duration(text string) (time.Duration, bool) {
	if days, ok := strings.CutSuffix(text, "d"); ok {
		n, err := strconv.ParseUint(days, 10, 16)
		return time.Duration(n) * 24 * time.Hour, err == nil
	}
	d, err := time.ParseDuration(text)
	return d, err == nil && d >= 0
}
