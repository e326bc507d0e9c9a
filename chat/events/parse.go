package events

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
)

const (
	// maxBody is the limit of a body in bytes. Event Grid delivers up to 1 MB.
	maxBody = 4 << 20
	// maxBatch is the number of events that Event Grid delivers at most in one request.
	maxBatch = 5000
)

// Parse reads events as Event Grid delivers them to webhooks, queues, topics and hubs: one event or an array of them, in the schema of Event
// Grid or of CloudEvents 1.0, which it detects in each event. Events of [LevelUser] and [LevelThread] become the same kinds; their headers
// tell the level, the ID, the subject and, on LevelUser, the recipient. An event about one added or removed participant becomes a
// [ParticipantsAdded] or [ParticipantsRemoved] with one participant.
//
// The values are those that package chat returns, as far as Event Grid tells them. Initiators have no display name, participants no
// ShareHistoryTime and messages no attachments. Retention policies, reasons of deletions and sequence ids are set only if the service sends
// them, which it has done since 2026 according to Microsoft's models. Header.Time is the time in the data of the event, with milliseconds.
//
// Parse is tolerant: names and types match in any letter case, versions are numbers or strings, dates have any offset and precision, and
// the raw ids of older events stand in for missing identifiers. An event of another type, one that lacks its thread, message, participant
// or user, and an item of the array that is not an event become an [Unknown] with the item, so that they do not affect the others.
//
// The error reports that the body is neither a JSON object nor an array, is larger than 4 MiB or has more than 5,000 events, or that its
// arrays have more than 100,000 items together. No events are returned then.
func Parse(body []byte) ([]Event, error) {
	items, err := parseItems(body)
	if err != nil {
		return nil, fmt.Errorf("events: parse: %w", err)
	}
	return eventsOf(items), nil
}

func eventsOf(items []item) []Event {
	list := make([]Event, len(items))
	for i, item := range items {
		list[i] = item.event()
	}
	return list
}

// ParseStorageQueue reads the text of a message in an Azure Storage queue, which contains one event in base64. It is otherwise [Parse], and
// reads text that is JSON as well, since some clients for queues have decoded it.
func ParseStorageQueue(text string) ([]Event, error) {
	text = strings.TrimSpace(text)
	if strings.HasPrefix(text, "{") || strings.HasPrefix(text, "[") {
		return Parse([]byte(text))
	}
	body, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, fmt.Errorf("events: parse the message of a queue: %w", err)
	}
	return Parse(body)
}

// item is an event in either schema.
type item struct {
	ID         looseText       `json:"id"`
	Subject    looseText       `json:"subject"`
	Topic      looseText       `json:"topic"`     // Event Grid
	Source     looseText       `json:"source"`    // CloudEvents
	EventType  looseText       `json:"eventType"` // Event Grid
	EventTime  gridTime        `json:"eventTime"`
	Type       looseText       `json:"type"` // CloudEvents
	Time       gridTime        `json:"time"`
	Data       json.RawMessage `json:"data"`
	DataBase64 looseText       `json:"data_base64"`

	raw []byte
}

// parseItems reads the items of a body. An item that is not an object has only its raw text.
func parseItems(body []byte) ([]item, error) {
	body = trimmed(body)
	switch {
	case len(body) > maxBody:
		return nil, fmt.Errorf("the body has %d bytes; the limit is %d", len(body), maxBody)
	case len(body) == 0:
		return nil, errors.New("the body is empty")
	case body[0] != '{' && body[0] != '[':
		return nil, errors.New("the body is neither a JSON object nor an array")
	case !jsontext.Value(body).IsValid(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)):
		return nil, errors.New("the body is not JSON")
	case body[0] == '{':
		body = fmt.Appendf(nil, "[%s]", body)
	}
	var list struct {
		Items []json.RawMessage `json:"items"`
	}
	if err := pipeline.Decode(fmt.Appendf(nil, `{"items":%s}`, body), &list); err != nil {
		return nil, err
	}
	if len(list.Items) > maxBatch {
		return nil, fmt.Errorf("the batch has %d events; the limit is %d", len(list.Items), maxBatch)
	}
	items := make([]item, len(list.Items))
	for i, raw := range list.Items {
		if pipeline.Decode(raw, &items[i]) != nil {
			items[i] = item{}
		}
		items[i].raw = raw
	}
	return items, nil
}

// trimmed removes white space and the byte order mark around JSON.
func trimmed(body []byte) []byte {
	return bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\ufeff")))
}

// typeName is the type of the event in either schema.
func (i *item) typeName() string { return string(cmp.Or(i.EventType, i.Type)) }

// origin is the resource of the event in either schema.
func (i *item) origin() string { return string(cmp.Or(i.Topic, i.Source)) }

// event reads an item. It never fails: what it cannot read is an [Unknown].
func (i *item) event() Event {
	header := Header{ID: string(i.ID), Subject: string(i.Subject), Time: cmp.Or(i.EventTime.at(), i.Time.at())}
	t, known := typeNamed(i.typeName())
	header.Level = t.Level
	var data gridData
	readable := pipeline.Decode(i.data(), &data) == nil
	if readable {
		data.complete(&header)
	}
	if known && readable {
		if event, ok := data.event(t, header); ok {
			return event
		}
	}
	return Unknown{Header: header, Type: i.typeName(), Raw: i.rawJSON()}
}

// data returns the data of the event. It may be in base64 or, after a bridge to a queue or topic, JSON in a string.
func (i *item) data() []byte {
	if i.DataBase64 != "" {
		data, err := base64.StdEncoding.DecodeString(string(i.DataBase64))
		if err == nil {
			return data
		}
	}
	var text string
	if json.Unmarshal(i.Data, &text) == nil {
		return []byte(text)
	}
	return i.Data
}

// rawJSON returns the item as JSON that encoding/json writes and reads unchanged.
func (i *item) rawJSON() json.RawMessage {
	if raw := steadyJSON(i.raw); raw != nil && json.Valid(raw) {
		return raw
	}
	raw, _ := json.Marshal(string(i.raw)) // a string always encodes
	return raw
}

// at is the date in milliseconds.
func (t gridTime) at() time.Time { return t.Time.Truncate(time.Millisecond) }

// second is the date in whole seconds, as in REST.
func (t gridTime) second() time.Time { return t.Time.Truncate(time.Second) }

// orRawID returns an identifier, or the one of a raw id if it is missing.
func orRawID(id gridID, rawID looseText) chat.Identifier {
	if id.Identifier == nil && rawID != "" {
		return chat.ParseRawID(string(rawID))
	}
	return id.Identifier
}
