package chat

import (
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
	"github.com/acschat/acs-chat-go/gen/chatapi"
)

// The wire types of messages are not the generated ones, which lose unknown members. They are flat, since the members of an
// embedded struct would be written first, and a field with the option embed holds the unknown members: the decoder and
// json_test.go know its name.

type wireMessage struct {
	ID                string                                `json:"id"`
	Type              MessageType                           `json:"type"`
	SequenceID        string                                `json:"sequenceId"`
	Version           string                                `json:"version"`
	Content           wireContent                           `json:"content"`
	SenderDisplayName *string                               `json:"senderDisplayName,omitzero"`
	CreatedOn         time.Time                             `json:"createdOn,omitzero"`
	Sender            *chatapi.CommunicationIdentifierModel `json:"senderCommunicationIdentifier,omitzero"`
	EditedOn          *time.Time                            `json:"editedOn,omitzero"`
	DeletedOn         *time.Time                            `json:"deletedOn,omitzero"`
	Metadata          map[string]string                     `json:"metadata,omitzero"`
	Unknown           jsontext.Value                        `json:",embed"`
}

type wireContent struct {
	Message      *string                               `json:"message,omitzero"`
	Topic        *string                               `json:"topic,omitzero"`
	Participants []chatapi.ChatParticipant             `json:"participants,omitzero"`
	Attachments  []wireAttachment                      `json:"attachments,omitzero"`
	Initiator    *chatapi.CommunicationIdentifierModel `json:"initiatorCommunicationIdentifier,omitzero"`
	Unknown      jsontext.Value                        `json:",embed"`
}

type wireAttachment struct {
	ID         string         `json:"id"`
	Type       AttachmentType `json:"attachmentType"`
	Name       string         `json:"name,omitzero"`
	URL        string         `json:"url,omitzero"`
	PreviewURL string         `json:"previewUrl,omitzero"`
	Unknown    jsontext.Value `json:",embed"`
}

func (m Message) MarshalJSON() ([]byte, error) { return marshal[Message](messageForm(m)) }

func (m *Message) UnmarshalJSON(data []byte) error { return unmarshal(data, m, message) }

func (c MessageContent) MarshalJSON() ([]byte, error) {
	byUser := c.Initiator == nil && c.Topic == "" && len(c.Participants) == 0
	return marshal[MessageContent](contentForm(c, byUser))
}

func (c *MessageContent) UnmarshalJSON(data []byte) error { return unmarshal(data, c, messageContent) }

func (a Attachment) MarshalJSON() ([]byte, error) { return marshal[Attachment](attachmentForm(a)) }

func (a *Attachment) UnmarshalJSON(data []byte) error { return unmarshal(data, a, attachment) }

// messageForm writes a message. Messages of users always have a sender name, a text and attachments, even if they are empty, and
// new topics always have a topic.
func messageForm(m Message) wireMessage {
	byUser := m.Sender != nil || m.Type == MessageTypeText || m.Type == MessageTypeHTML
	w := wireMessage{
		ID: m.ID, Type: m.Type, SequenceID: m.SequenceID, Version: m.Version, Content: contentForm(m.Content, byUser),
		SenderDisplayName: wireText(m.SenderDisplayName), CreatedOn: m.CreatedOn.UTC(), Sender: identifierForm(m.Sender),
		EditedOn: timeForm(m.EditedOn), DeletedOn: timeForm(m.DeletedOn), Metadata: metadata(m.Metadata), Unknown: jsontext.Value(m.Unknown),
	}
	if byUser {
		w.SenderDisplayName = &m.SenderDisplayName
	}
	if m.Type == MessageTypeTopicUpdated {
		w.Content.Topic = &m.Content.Topic
	}
	return w
}

func contentForm(c MessageContent, byUser bool) wireContent {
	w := wireContent{
		Message: wireText(c.Message), Topic: wireText(c.Topic), Participants: participantForms(c.Participants),
		Initiator: identifierForm(c.Initiator), Unknown: jsontext.Value(c.Unknown),
	}
	if byUser {
		w.Message, w.Attachments = &c.Message, []wireAttachment{}
	}
	for _, a := range c.Attachments {
		w.Attachments = append(w.Attachments, attachmentForm(a))
	}
	return w
}

func attachmentForm(a Attachment) wireAttachment {
	return wireAttachment{
		ID: a.ID, Type: a.Type, Name: a.Name, URL: a.URL, PreviewURL: a.PreviewURL, Unknown: jsontext.Value(a.Unknown),
	}
}

func message(w wireMessage) Message {
	return Message{
		ID: w.ID, Type: w.Type, SequenceID: w.SequenceID, Version: w.Version, Content: messageContent(w.Content),
		SenderDisplayName: value(w.SenderDisplayName), Sender: identifier(w.Sender), CreatedOn: pipeline.UTC(w.CreatedOn),
		EditedOn: utc(w.EditedOn), DeletedOn: utc(w.DeletedOn), Metadata: metadata(w.Metadata), Unknown: unknownMembers(w.Unknown),
	}
}

func messageContent(w wireContent) MessageContent {
	c := MessageContent{
		Message: value(w.Message), Topic: value(w.Topic), Initiator: identifier(w.Initiator), Unknown: unknownMembers(w.Unknown),
	}
	for _, p := range w.Participants {
		c.Participants = append(c.Participants, participant(p))
	}
	for _, a := range w.Attachments {
		c.Attachments = append(c.Attachments, attachment(a))
	}
	return c
}

func attachment(w wireAttachment) Attachment {
	return Attachment{
		ID: w.ID, Type: w.Type, Name: w.Name, URL: w.URL, PreviewURL: w.PreviewURL, Unknown: unknownMembers(w.Unknown),
	}
}
