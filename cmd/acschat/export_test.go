package main

import (
	"context"
	"strings"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/input"
)

// Run runs a command line.
var Run = run

// ReadMessages reads a file of messages. It returns their contents and the lines that are invalid; err is that of the whole file.
func ReadMessages(ctx context.Context, format, text string) (contents []string, invalid []int, err error) {
	s := sending{from: input.Stdin, format: format}
	for d, err := range s.drafts(ctx, strings.NewReader(text)) {
		switch {
		case err == nil:
			contents = append(contents, d.content)
		case d.line > 0:
			invalid = append(invalid, d.line)
		default:
			return contents, invalid, err
		}
	}
	return contents, invalid, nil
}

// ReadParticipants reads a file of participants.
func ReadParticipants(ctx context.Context, text string) ([]chat.Participant, error) {
	return readParticipants(ctx, input.Stdin, strings.NewReader(text))
}
