package chat

import (
	"math"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
)

// ArgumentError says that an argument can't be used. It comes before any request.
type ArgumentError struct {
	// Name is the argument, or the field of an options struct, such as "messageID", "PageSize" or "participants[2]".
	Name string
	// Reason says what is wrong, and where it is not plain what to do.
	Reason string
}

func (e *ArgumentError) Error() string { return "chat: " + e.Name + " " + e.Reason }

// checkID refuses what would change the meaning of a path: an empty segment and the dot segments.
func checkID(name, id string) error {
	if err := pipeline.CheckID(id); err != nil {
		return &ArgumentError{Name: name, Reason: err.Error()}
	}
	return nil
}

// checkTime refuses what RFC 3339 can't write.
func checkTime(name string, t time.Time) error {
	if year := t.UTC().Year(); year < 1 || year > 9999 {
		return &ArgumentError{Name: name, Reason: "must be in the years 1 to 9999"}
	}
	return nil
}

// checkText refuses what JSON can't hold: the service would get U+FFFD in the place of each such byte.
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

// checkCount refuses what the service's 32-bit counts can't hold.
func checkCount(name string, n int) error {
	if n < 0 || n > math.MaxInt32 {
		return &ArgumentError{Name: name, Reason: "must be between 0 and " + strconv.Itoa(math.MaxInt32)}
	}
	return nil
}
