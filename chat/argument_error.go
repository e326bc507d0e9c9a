package chat

import (
	"math"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
)

// ArgumentError reports an invalid argument. No request was sent.
type ArgumentError struct {
	// Name is the argument, or the field of an options struct, such as "messageID", "PageSize" or "participants[2]".
	Name string
	// Reason says what is wrong and, where it is not plain, how to fix it.
	Reason string
}

func (e *ArgumentError) Error() string { return "chat: " + e.Name + " " + e.Reason }

// checkID rejects an empty path segment and the dot segments, which would change the path.
func checkID(name, id string) error {
	if err := pipeline.CheckID(id); err != nil {
		return &ArgumentError{Name: name, Reason: err.Error()}
	}
	return nil
}

// checkTime rejects times that RFC 3339 cannot represent.
func checkTime(name string, t time.Time) error {
	if year := t.UTC().Year(); year < 1 || year > 9999 {
		return &ArgumentError{Name: name, Reason: "must be in the years 1 to 9999"}
	}
	return nil
}

// checkText rejects text that JSON cannot represent: the service would receive U+FFFD for each invalid byte.
func checkText(name, text string) error {
	if !utf8.ValidString(text) {
		return notUTF8(name)
	}
	return nil
}

// checkMetadata is checkText for keys and values.
func checkMetadata(name string, metadata map[string]string) error {
	for key, text := range metadata {
		if !utf8.ValidString(key) || !utf8.ValidString(text) {
			return notUTF8(name + "[" + strconv.Quote(key) + "]")
		}
	}
	return nil
}

func notUTF8(name string) error {
	return &ArgumentError{Name: name, Reason: "must be UTF-8: convert it, or drop the bytes that are not (strings.ToValidUTF8)"}
}

// checkCount rejects numbers that do not fit the 32-bit counts of the API.
func checkCount(name string, n int) error {
	if n < 0 || n > math.MaxInt32 {
		return &ArgumentError{Name: name, Reason: "must be between 0 and " + strconv.Itoa(math.MaxInt32)}
	}
	return nil
}
