package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/acschat/acs-chat-go/chat"
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
	return fmt.Errorf("must be a time such as 2026-05-04T09:30:00Z, a day such as 2026-05-04, or how long ago: 90m, 12h, 7d")
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

// metadataFlag collects --metadata key=value.
type metadataFlag struct{ pairs map[string]string }

func (f *metadataFlag) Type() string   { return "KEY=VALUE" }
func (f *metadataFlag) String() string { return "" }

func (f *metadataFlag) Set(text string) error {
	key, value, ok := strings.Cut(text, "=")
	if !ok || key == "" {
		return fmt.Errorf("must be KEY=VALUE")
	}
	if f.pairs == nil {
		f.pairs = map[string]string{}
	}
	f.pairs[key] = value
	return nil
}

// retentionFlag is --retention: days, or none.
type retentionFlag struct{ policy *chat.RetentionPolicy }

func (f *retentionFlag) Type() string   { return "DAYS" }
func (f *retentionFlag) String() string { return "" }

func (f *retentionFlag) Set(text string) error {
	if text == string(chat.RetentionNone) {
		f.policy = &chat.RetentionPolicy{Kind: chat.RetentionNone}
		return nil
	}
	days, err := strconv.ParseUint(text, 10, 15)
	if err != nil {
		return fmt.Errorf("must be a number of days, 30 to 90, or none")
	}
	f.policy = &chat.RetentionPolicy{Kind: chat.RetentionThreadCreationDate, DeleteThreadAfterDays: int(days)}
	return nil
}

// object is what a command works on: its argument, or the flag that az has in its place.
func object(args []string, flag, value string) (string, error) {
	switch {
	case len(args) > 0 && value != "":
		return "", misuse("%q and --%s both name one: choose", args[0], flag)
	case len(args) > 0:
		return args[0], nil
	case value != "":
		return value, nil
	}
	return "", misuse("which one? Name it as the argument or with --%s", flag)
}

// complete offers values of a flag in the shell.
func complete(cmd *cobra.Command, flag string, f cobra.CompletionFunc) {
	if err := cmd.RegisterFlagCompletionFunc(flag, f); err != nil {
		panic(err) // there is no such flag
	}
}
