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
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04", time.DateTime, "2006-01-02 15:04", time.DateOnly} {
		if at, err := time.ParseInLocation(layout, text, time.Local); err == nil {
			f.Time = at
			return nil
		}
	}
	if ago, ok := duration(text); ok {
		f.Time = time.Now().Add(-ago)
		return nil
	}
	return errors.New("must be a time such as 2026-05-04T09:30:00Z, a day such as 2026-05-04, or a duration before now: 90m, 12h, 7d")
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
