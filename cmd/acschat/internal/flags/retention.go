package flags

import (
	"errors"
	"strconv"

	"github.com/acschat/acs-chat-go/chat"
)

// Retention is a number of days, or none. Policy is nil if the flag is not given.
type Retention struct{ Policy *chat.RetentionPolicy }

func (f *Retention) String() string { return "" }

// Type implements pflag.Value.
func (f *Retention) Type() string { return "DAYS" }

// Set implements pflag.Value.
func (f *Retention) Set(text string) error {
	if text == string(chat.RetentionKindNone) {
		f.Policy = &chat.RetentionPolicy{Kind: chat.RetentionKindNone}
		return nil
	}
	days, err := strconv.ParseUint(text, 10, 15)
	if err != nil {
		return errors.New("must be a number of days, 30 to 90, or none")
	}
	f.Policy = &chat.RetentionPolicy{Kind: chat.RetentionKindThreadCreationDate, DeleteThreadAfterDays: int(days)}
	return nil
}
