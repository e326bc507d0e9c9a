package events_test

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/events"
)

var _ = Describe("An event", func() {
	header := events.Header{
		ThreadID: "19:x@thread.v2", Time: time.Date(2026, time.November, 3, 9, 20, 2, 337e6, time.UTC), Version: "1762161602337",
		Recipient: chat.CommunicationUser{ID: "8:acs:r_b"},
	}

	DescribeTable("has the service's name of its kind, and a header",
		func(event events.Event, kind string) {
			Expect(event.Kind()).To(Equal(events.Kind(kind)))
			Expect(event.EventHeader()).To(Equal(header))
			other := events.Header{ID: "1", Level: events.LevelUser, Subject: "s", ThreadID: "t"}
			Expect(events.WithHeader(event, other).EventHeader()).To(Equal(other))
			Expect(events.WithHeader(event, other).Kind()).To(Equal(event.Kind()))
			Expect(event.EventHeader()).To(Equal(header))
		},
		Entry(nil, events.MessageReceived{Header: header}, "chatMessageReceived"),
		Entry(nil, events.MessageEdited{Header: header}, "chatMessageEdited"),
		Entry(nil, events.MessageDeleted{Header: header}, "chatMessageDeleted"),
		Entry(nil, events.TypingIndicatorReceived{Header: header}, "typingIndicatorReceived"),
		Entry(nil, events.ReadReceiptReceived{Header: header}, "readReceiptReceived"),
		Entry(nil, events.ThreadCreated{Header: header}, "chatThreadCreated"),
		Entry(nil, events.ThreadPropertiesUpdated{Header: header}, "chatThreadPropertiesUpdated"),
		Entry(nil, events.ThreadDeleted{Header: header}, "chatThreadDeleted"),
		Entry(nil, events.ParticipantsAdded{Header: header}, "participantsAdded"),
		Entry(nil, events.ParticipantsRemoved{Header: header}, "participantsRemoved"),
		Entry(nil, events.BotCommandReceived{Header: header}, "chatAzureBotCommandReceived"),
		Entry(nil, events.UserDisconnected{Header: header}, "userDisconnected"),
		Entry(nil, events.Gap{Header: header}, "gap"),
		Entry(nil, events.Unknown{Header: header}, "unknown"),
	)
})
