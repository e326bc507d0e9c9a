package main

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"

	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
	"github.com/acschat/acs-chat-go/gen/chatapi"
)

// decoders are the standard library's and ours, decoding the same page into the same types.
func decoders() ([]Contender, error) {
	page := encode(chatapi.ChatMessagesCollection{Value: cannedMessages()})
	decode := func(unmarshal func([]byte, any) error) func(context.Context, int) error {
		return func(_ context.Context, n int) error {
			for n > 0 {
				var messages chatapi.ChatMessagesCollection
				if err := unmarshal(page, &messages); err != nil {
					return err
				}
				n -= len(messages.Value)
			}
			return nil
		}
	}
	var theirs, ours chatapi.ChatMessagesCollection
	if err := errors.Join(json.Unmarshal(page, &theirs), pipeline.Decode(page, &ours)); err != nil {
		return nil, err
	}
	if !reflect.DeepEqual(theirs, ours) {
		return nil, errors.New("the decoders do not agree")
	}
	return []Contender{{"encoding-json", decode(json.Unmarshal)}, {"ours", decode(pipeline.Decode)}}, nil
}
