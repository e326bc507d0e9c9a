package events

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
)

// Schema is the form of the events that Event Grid delivers. An event subscription selects it.
type Schema string

// The schemas of events.
const (
	SchemaEventGrid   Schema = "eventgrid"   // Event Grid's own
	SchemaCloudEvents Schema = "cloudevents" // CloudEvents 1.0
)

// ContentType returns the content type of a delivery of n events.
func (s Schema) ContentType(n int) string {
	switch {
	case s != SchemaCloudEvents:
		return "application/json; charset=utf-8"
	case n == 1:
		return "application/cloudevents+json; charset=utf-8"
	}
	return "application/cloudevents-batch+json; charset=utf-8"
}

// Format writes events in the form in which Event Grid delivers them, which [Parse] reads. The topic is the Azure resource of the events,
// "/subscriptions/…/providers/Microsoft.Communication/communicationServices/…"; CloudEvents have it as their source.
//
// In Event Grid's schema the result is an array. One CloudEvent is an object, as in the structured mode of HTTP; any other number is an
// array, as in the batched mode.
//
// The level in the header selects the type of the event, see [TypeOf]. The header must have an ID, a time, and a thread unless the event is
// a [UserDisconnected]; on [LevelUser] also a recipient. An empty subject is replaced by the one that the service writes. The time of the
// event is the header's. An event that adds or removes several participants is several events in Event Grid: see [PerParticipant].
// Format fails for an event that does not meet these conditions or that has no type in Event Grid.
//
// The members of the data are those of the service, including the raw ids that only events of LevelUser have. Not written are transaction
// ids and the attachments of messages, which Event Grid does not have.
func Format(schema Schema, topic string, list ...Event) ([]byte, error) {
	items := make([]any, len(list))
	for i, event := range list {
		var err error
		if items[i], err = envelope(schema, topic, event); err != nil {
			return nil, fmt.Errorf("events: format %s: %w", event.Kind(), err)
		}
	}
	var body any = items
	if schema == SchemaCloudEvents && len(items) == 1 {
		body = items[0]
	}
	data, err := pipeline.Marshal(body)
	if err != nil {
		return nil, fmt.Errorf("events: format: %w", err)
	}
	return data, nil
}

// PerParticipant returns an event as the events that Event Grid publishes for it. Only a [ParticipantsAdded] and a [ParticipantsRemoved] are
// changed: they become one event for each of their participants. The first of these has the ID of the event, the others have it with a
// suffix: "-2", "-3" and so on; an empty ID remains empty. The subjects are removed if there are several.
func PerParticipant(event Event) []Event {
	switch e := event.withHeader(event.EventHeader()).(type) {
	case ParticipantsAdded:
		people := e.Participants
		return perParticipant(e.Header, len(people), func(h Header, i int) Event {
			e.Header, e.Participants = h, people[i:i+1:i+1]
			return e
		})
	case ParticipantsRemoved:
		people := e.Participants
		return perParticipant(e.Header, len(people), func(h Header, i int) Event {
			e.Header, e.Participants = h, people[i:i+1:i+1]
			return e
		})
	}
	return []Event{event}
}

func perParticipant(header Header, n int, event func(Header, int) Event) []Event {
	list := make([]Event, n)
	for i := range list {
		h := header
		if n > 1 {
			h.Subject = ""
		}
		if i > 0 && h.ID != "" {
			h.ID = fmt.Sprintf("%s-%d", header.ID, i+1)
		}
		list[i] = event(h, i)
	}
	return slices.Clip(list)
}

// gridEvent is an event in the schema of Event Grid.
type gridEvent struct {
	ID              string          `json:"id"`
	Topic           string          `json:"topic"`
	Subject         string          `json:"subject"`
	Data            json.RawMessage `json:"data"`
	EventType       string          `json:"eventType"`
	DataVersion     string          `json:"dataVersion"`
	MetadataVersion string          `json:"metadataVersion"`
	EventTime       string          `json:"eventTime"`
}

// cloudEvent is an event in the schema of CloudEvents.
type cloudEvent struct {
	ID          string          `json:"id"`
	Source      string          `json:"source"`
	Subject     string          `json:"subject"`
	Type        string          `json:"type"`
	Time        string          `json:"time"`
	Data        json.RawMessage `json:"data"`
	SpecVersion string          `json:"specversion"`
}

// envelope returns an event in a schema.
func envelope(schema Schema, topic string, event Event) (any, error) {
	h := event.EventHeader()
	t, ok := TypeOf(event)
	switch {
	case !ok && h.Level == LevelUser:
		return nil, errors.New("Event Grid has no such events on the level of users")
	case !ok:
		return nil, errors.New("Event Grid has no such events")
	case h.ID == "":
		return nil, errors.New("the header has no ID")
	case h.Time.IsZero():
		return nil, errors.New("the header has no Time")
	case h.ThreadID == "" && t.Kind != KindUserDisconnected:
		return nil, errors.New("the header has no ThreadID")
	case h.Recipient == nil && t.Level == LevelUser:
		return nil, errors.New("the header has no Recipient, which events on the level of users have")
	}
	d, subject, err := formatData(t, event)
	if err != nil {
		return nil, err
	}
	data, err := pipeline.Marshal(d)
	if err != nil {
		return nil, err
	}
	if h.Subject != "" {
		subject = h.Subject
	}
	at := h.Time.UTC().Format(time.RFC3339Nano)
	switch schema {
	case SchemaEventGrid:
		return gridEvent{h.ID, topic, subject, data, t.Name, "1.0", "1", at}, nil
	case SchemaCloudEvents:
		return cloudEvent{h.ID, topic, subject, t.Name, at, data, "1.0"}, nil
	}
	return nil, fmt.Errorf("there is no schema %q", schema)
}
