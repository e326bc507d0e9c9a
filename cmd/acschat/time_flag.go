package main

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

// timeFlag is a moment: in full, a day, or how long ago.
type timeFlag struct{ time.Time }

func (f *timeFlag) Type() string   { return "TIME" }
func (f *timeFlag) String() string { return "" }

func (f *timeFlag) Set(text string) error {
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
	return errors.New("must be a time such as 2026-05-04T09:30:00Z, a day such as 2026-05-04, or how long ago: 90m, 12h, 7d")
}

// duration is time.ParseDuration that knows days.
func duration(text string) (time.Duration, bool) {
	if days, ok := strings.CutSuffix(text, "d"); ok {
		n, err := strconv.ParseUint(days, 10, 16)
		return time.Duration(n) * 24 * time.Hour, err == nil
	}
	d, err := time.ParseDuration(text)
	return d, err == nil && d >= 0
}
