package chattest

import (
	"encoding/json"
	"strconv"

	"github.com/acschat/acs-chat-go/chat/events"
	"github.com/acschat/acs-chat-go/gen/chatapi"
)

// maxContent is the limit for the content of a message, in bytes of UTF-8.
const maxContent = 28 << 10

// message is a message in the form of the service. Its times are those of its id and version.
type message struct {
	ID                string          `json:"id"`
	Type              string          `json:"type"`
	SequenceID        string          `json:"sequenceId"`
	Version           string          `json:"version"`
	Content           json.RawMessage `json:"content"`
	SenderDisplayName *string         `json:"senderDisplayName,omitempty"`
	CreatedOn         string          `json:"createdOn"`
	Sender            *identifier     `json:"senderCommunicationIdentifier,omitempty"` // nil in a message of the service
	EditedOn          string          `json:"editedOn,omitempty"`
	DeletedOn         string          `json:"deletedOn,omitempty"`
	Metadata          metadata        `json:"metadata,omitempty"`
}

// textContent is the content of a message of a user.
func textContent(text string) json.RawMessage {
	return encode(struct {
		Message     string     `json:"message"`
		Attachments []struct{} `json:"attachments"`
	}{text, []struct{}{}})
}

func (c *call) sendMessage(threadID string) (id string, err error) {
	var request struct {
		Content           *string                  `json:"content"`
		SenderDisplayName string                   `json:"senderDisplayName"`
		Type              *chatapi.ChatMessageType `json:"type"`
		Metadata          metadata                 `json:"metadata"`
	}
	if err := decode(c.body, &request); err != nil {
		return "", err
	}
	if request.Content == nil {
		return "", badRequest()
	}
	kind := chatapi.ChatMessageTypeText
	if request.Type != nil {
		kind = *request.Type
	}
	if kind != chatapi.ChatMessageTypeText && kind != chatapi.ChatMessageTypeHTML {
		return "", badRequest()
	}
	if len(*request.Content) > maxContent {
		return "", contentTooLarge()
	}
	err = c.update(threadID, func(t *thread) error {
		m := t.post(message{
			Type:              string(kind),
			Content:           textContent(*request.Content),
			SenderDisplayName: &request.SenderDisplayName,
			Sender:            new(identify(c.user)),
			Metadata:          request.Metadata.attachmentsLast(),
		})
		t.received(m)
		t.messageHappened(events.KindMessageReceived, m)
		id = m.ID
		return nil
	})
	return id, err
}

func (c *call) getMessage(threadID, messageID string) (body []byte, err error) {
	id, err := parseMessageID(messageID)
	if err != nil {
		return nil, err
	}
	err = c.view(threadID, func(t *thread) error {
		m, err := t.message(id)
		body = encode(m)
		return err
	})
	return body, err
}

func (c *call) updateMessage(threadID, messageID string) error {
	id, err := parseMessageID(messageID)
	if err != nil {
		return err
	}
	var patch struct {
		Content  *string       `json:"content"`
		Metadata metadataPatch `json:"metadata"`
	}
	if err := decode(c.body, &patch); err != nil {
		return err
	}
	if patch.Content != nil && len(*patch.Content) > maxContent {
		return contentTooLarge()
	}
	return c.update(threadID, func(t *thread) error {
		m, err := t.ownMessage(id)
		switch {
		case err != nil:
			return err
		case m.DeletedOn != "":
			return errUnknownMessage
		case patch.Content == nil && !patch.Metadata.present:
			return nil
		}
		if patch.Content != nil {
			m.Content = textContent(*patch.Content)
		}
		m.Metadata = patch.Metadata.apply(m.Metadata).attachmentsLast()
		m = t.revise(m, func(m *message, at string) { m.EditedOn = at })
		t.messageHappened(events.KindMessageEdited, m)
		return nil
	})
}

func (c *call) deleteMessage(threadID, messageID string) error {
	id, err := parseMessageID(messageID)
	if err != nil {
		return err
	}
	return c.update(threadID, func(t *thread) error {
		m, err := t.ownMessage(id)
		if err != nil || m.DeletedOn != "" {
			return err
		}
		m.Content, m.Metadata, m.EditedOn = textContent(""), nil, ""
		m = t.revise(m, func(m *message, at string) { m.DeletedOn = at })
		t.messageHappened(events.KindMessageDeleted, m)
		return nil
	})
}

// parseMessageID reads a message id. It refuses a text that is not a number.
func parseMessageID(id string) (int64, error) {
	n, err := strconv.ParseUint(id, 10, 63)
	if err != nil {
		return 0, invalidMessageID(id)
	}
	return int64(n), nil
}

// messageHappened records the event of a message that is new or has a new version.
func (t *thread) messageHappened(kind events.Kind, m message) {
	version := mustNumber(m.Version)
	t.happened(occurrence{
		kind: kind, at: version, version: version, by: participant{Identifier: *m.Sender, DisplayName: *m.SenderDisplayName}, message: &m,
	})
}

// post adds a message and assigns its id, which is its version too.
func (t *thread) post(m message) message {
	version := t.nextVersion()
	t.state.Sequence++
	m.ID = strconv.FormatInt(version, 10)
	m.Version = m.ID
	m.SequenceID = strconv.FormatInt(t.state.Sequence, 10)
	m.CreatedOn = timestamp(version)
	t.put(messagesBucket, t.key(version), encode(m))
	return m
}

// revise stores a changed message under a new version, after mark has set the time of the change. The sequence id is kept.
func (t *thread) revise(m message, mark func(m *message, at string)) message {
	t.dropMessage(m)
	version := t.nextVersion()
	mark(&m, timestamp(version))
	m.Version = strconv.FormatInt(version, 10)
	t.put(messagesBucket, t.key(version), encode(m))
	t.put(movedBucket, t.key(mustNumber(m.ID)), number(version))
	return m
}

// dropMessage removes a message.
func (t *thread) dropMessage(m message) {
	t.delete(messagesBucket, t.key(mustNumber(m.Version)))
	t.delete(movedBucket, t.key(mustNumber(m.ID)))
}

// message finds a message that the caller may read. The id of a message is its version until it is changed.
func (t *thread) message(id int64) (m message, err error) {
	value := t.get(messagesBucket, t.key(id))
	if value == nil {
		if moved := t.get(movedBucket, t.key(id)); moved != nil {
			value = t.get(messagesBucket, t.key(lastNumber(moved)))
		}
	}
	if value == nil || id < t.sharedSince() {
		return m, errUnknownMessage
	}
	t.read(value, &m)
	return m, nil
}

// ownMessage finds a message that the caller sent.
func (t *thread) ownMessage(id int64) (message, error) {
	m, err := t.message(id)
	if err == nil && (m.Sender == nil || m.Sender.RawID != t.caller) {
		err = errNotMember
	}
	return m, err
}

// mustNumber reads an id or a version that this package wrote.
func mustNumber(digits string) int64 {
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		panic("chattest: " + err.Error())
	}
	return n
}
