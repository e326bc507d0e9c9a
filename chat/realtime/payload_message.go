package realtime

import (
	"net/url"
	"strings"
	"time"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/events"
)

// messageEvent reads one of the three events of messages. Their times have whole seconds in messages, as in REST.
func (p *payload) messageEvent(kind events.Kind, header *events.Header, endpoint url.URL) (events.Event, error) {
	if p.MessageID == "" {
		return nil, errIncomplete
	}
	m := chat.Message{
		ID: string(p.MessageID), Type: messageType(p.MessageType), Version: string(p.Version),
		Sender: user(p.Sender), SenderDisplayName: string(p.SenderName), CreatedOn: wholeSeconds(p.ArrivalTime.time()),
	}
	if kind == events.KindMessageDeleted {
		header.Time = p.DeleteTime.time()
		m.DeletedOn = wholeSeconds(header.Time)
		return events.MessageDeleted{Header: *header, Message: m}, nil
	}
	attachments, err := decodeList[wireAttachment](p.Attachments)
	if err != nil {
		return nil, err
	}
	for _, a := range attachments {
		m.Content.Attachments = append(m.Content.Attachments, a.value(endpoint))
	}
	m.Content.Message, m.Metadata = string(p.MessageBody), decodeMetadata(p.Metadata)
	if kind == events.KindMessageEdited {
		header.Time = p.EditTime.time()
		m.EditedOn = wholeSeconds(header.Time)
		return events.MessageEdited{Header: *header, Message: m}, nil
	}
	header.Time = p.ArrivalTime.time()
	return events.MessageReceived{Header: *header, Message: m}, nil
}

// messageType returns the REST name of a type. Unknown types are unchanged.
func messageType(wire scalar) chat.MessageType {
	switch strings.ToLower(string(wire)) {
	case "text":
		return chat.MessageTypeText
	case "richtext/html", "html":
		return chat.MessageTypeHTML
	}
	return chat.MessageType(wire)
}

func wholeSeconds(t time.Time) time.Time { return t.Truncate(time.Second) }

// wireAttachment is an attachment in a message.
type wireAttachment struct {
	ID      scalar `json:"id"`
	Type    scalar `json:"attachmentType"`
	Name    scalar `json:"name"`
	URL     scalar `json:"url"`
	Preview scalar `json:"previewUrl"`
}

// value returns the attachment as REST does: the URLs of images are at the endpoint, those of other files are unchanged.
func (w wireAttachment) value(endpoint url.URL) chat.Attachment {
	a := chat.Attachment{
		ID: string(w.ID), Type: chat.AttachmentType(w.Type), Name: string(w.Name), URL: string(w.URL), PreviewURL: string(w.Preview),
	}
	if a.Type == chat.AttachmentTypeImage {
		a.URL, a.PreviewURL = atEndpoint(a.URL, endpoint), atEndpoint(a.PreviewURL, endpoint)
	}
	return a
}

// atEndpoint moves a URL of the notification service to the endpoint, as the JavaScript client does.
func atEndpoint(link string, endpoint url.URL) string {
	u, err := url.Parse(link)
	if link == "" || err != nil {
		return link
	}
	u.Scheme, u.Host, u.RawQuery = endpoint.Scheme, endpoint.Host, "api-version="+configurationVersion
	return u.String()
}
