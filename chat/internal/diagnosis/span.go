package diagnosis

import (
	"fmt"
	"time"
)

// Span is a duration in whole seconds, or in whole days from two on.
func Span(d time.Duration) string {
	const day = 24 * time.Hour
	if d.Abs() < 2*day {
		return d.Round(time.Second).String()
	}
	return fmt.Sprintf("%d days", d/day)
}
