package main

import (
	"fmt"
	"strconv"
	"time"

	"github.com/acschat/acs-chat-go/gen/chatapi"
)

// cannedMessages is a page of an active thread: mostly text, with every other kind of message.
func cannedMessages() []chatapi.ChatMessage {
	begin := time.Date(2025, 11, 3, 9, 20, 1, 0, time.UTC)
	messages := make([]chatapi.ChatMessage, pageSize)
	for i := range messages {
		sender := cannedIdentifier(i % 5)
		id := strconv.FormatInt(1762161601337+int64(i), 10)
		m := chatapi.ChatMessage{
			ID: id, Type: "text", SequenceID: strconv.Itoa(pageSize - i), Version: id, CreatedOn: begin.Add(time.Duration(i) * time.Minute),
			SenderDisplayName:             new([]string{"Ana", "Bo", "Chiara", "Jörg", "美咲"}[i%5]),
			SenderCommunicationIdentifier: &sender,
			Content:                       &chatapi.ChatMessageContent{Message: new(text[:20+i%50]), Attachments: []chatapi.ChatAttachment{}},
		}
		switch i % 20 {
		case 0:
			m.Type, m.SenderDisplayName, m.SenderCommunicationIdentifier = "participantAdded", nil, nil
			m.Content = &chatapi.ChatMessageContent{InitiatorCommunicationIdentifier: &sender, Participants: []chatapi.ChatParticipant{
				{CommunicationIdentifier: cannedIdentifier(7), DisplayName: new("Dana"), ShareHistoryTime: new(time.Unix(0, 0).UTC())},
				{CommunicationIdentifier: cannedIdentifier(8), DisplayName: new("Emil"), ShareHistoryTime: new(begin)},
			}}
		case 1:
			m.Type, m.SenderDisplayName, m.SenderCommunicationIdentifier = "topicUpdated", nil, nil
			m.Content = &chatapi.ChatMessageContent{InitiatorCommunicationIdentifier: &sender, Topic: new("Release 4.2")}
		case 2:
			m.Content.Message, m.DeletedOn = new(""), new(begin.Add(time.Hour))
		case 3, 4:
			m.EditedOn, m.Metadata = new(begin.Add(time.Hour)), map[string]string{"tags": "doc", "source": `import "a"`}
		case 5:
			m.Type, m.Content.Message = "html", new(`<p>Done ✅ <b>thanks</b>, "all" of you</p>`)
			m.Content.Attachments = []chatapi.ChatAttachment{{
				ID: "08a182fe-0b29-443e-8d7f-8896bc1908a2", AttachmentType: "image", Name: new("build.png"),
				URL: new("/attachments/objects/0-weu-d3/views/original"), PreviewURL: new("/attachments/objects/0-weu-d3/views/small"),
			}}
		}
		messages[i] = m
	}
	return messages
}

func cannedIdentifier(n int) chatapi.CommunicationIdentifierModel {
	id := fmt.Sprintf("8:acs:5b0c2f6e-7a41-4d39-9c58-0e1f2a3b4c5d_0000002a-e8e1-3698-a1b2-c3d4e50071%02d", n)
	return chatapi.CommunicationIdentifierModel{RawID: &id, CommunicationUser: &chatapi.CommunicationUserIdentifierModel{ID: id}}
}
