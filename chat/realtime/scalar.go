package realtime

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
)

// scalar is a JSON string, number or boolean as text. Other values, and null, are "".
type scalar string

// UnmarshalJSON never fails.
func (s *scalar) UnmarshalJSON(data []byte) error {
	*s = ""
	switch {
	case len(data) == 0:
	case data[0] == '"':
		var text string
		if json.Unmarshal(data, &text) == nil {
			*s = scalar(text)
		}
	case data[0] != '{' && data[0] != '[' && data[0] != 'n':
		*s = scalar(data)
	}
	return nil
}

// seconds reads a number of seconds, 0 if it is none or out of a duration's range.
func (s scalar) seconds() time.Duration {
	n, err := strconv.ParseFloat(string(s), 64)
	if err != nil || !(n > 0 && n < maxSeconds) {
		return 0
	}
	return time.Duration(n * float64(time.Second))
}

const maxSeconds = 1 << 33 // 272 years

// time reads a date, or milliseconds since 1970, in UTC. It is zero if the text is neither.
func (s scalar) time() time.Time {
	if ms, err := strconv.ParseInt(string(s), 10, 64); err == nil {
		if ms <= 0 || ms > maxMilliseconds {
			return time.Time{}
		}
		return time.UnixMilli(ms).UTC()
	}
	if t, err := time.Parse(time.RFC3339, string(s)); err == nil {
		return pipeline.UTC(t).Truncate(time.Millisecond)
	}
	return time.Time{}
}

const maxMilliseconds = 253402300799999 // the end of the year 9999
