package main

import (
	"errors"
	"strconv"

	"github.com/acschat/acs-chat-go/chat"
)

// retentionFlag is --retention: days, or none.
type retentionFlag struct{ policy *chat.RetentionPolicy }

func (f *retentionFlag) Type() string   { return "DAYS" }
func (f *retentionFlag) String() string { return "" }

func (f *retentionFlag) Set(text string) error {
	if text == string(chat.RetentionKindNone) {
		f.policy = &chat.RetentionPolicy{Kind: chat.RetentionKindNone}
		return nil
	}
	days, err := strconv.ParseUint(text, 10, 15)
	if err != nil {
		return errors.New("must be a number of days, 30 to 90, or none")
	}
	f.policy = &chat.RetentionPolicy{Kind: chat.RetentionKindThreadCreationDate, DeleteThreadAfterDays: int(days)}
	return nil
}
