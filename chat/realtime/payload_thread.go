package realtime

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/events"
)

// threadEvent reads one of the five events of threads and participants.
func (p *payload) threadEvent(kind events.Kind, header *events.Header) (events.Event, error) {
	by, err := decodeParticipant(cmp.Or(p.CreatedBy, p.EditedBy, p.DeletedBy, p.AddedBy, p.RemovedBy))
	if err != nil {
		return nil, err
	}
	people, err := decodeParticipants(cmp.Or(p.Participants, p.Added, p.Removed))
	if err != nil {
		return nil, err
	}
	created := wholeSeconds(p.CreateTime.time())
	switch kind {
	case events.KindThreadDeleted:
		header.Time = p.DeleteTime.time()
		return events.ThreadDeleted{Header: *header, Reason: events.DeletionReason(p.Reason), DeletedBy: by, ThreadCreatedOn: created}, nil
	case events.KindParticipantsAdded:
		header.Time = p.Time.time()
		return events.ParticipantsAdded{Header: *header, AddedBy: by, Participants: people, ThreadCreatedOn: created}, nil
	case events.KindParticipantsRemoved:
		header.Time = p.Time.time()
		return events.ParticipantsRemoved{Header: *header, RemovedBy: by, Participants: people, ThreadCreatedOn: created}, nil
	}
	properties, err := p.threadProperties()
	if err != nil {
		return nil, err
	}
	if kind == events.KindThreadPropertiesUpdated {
		header.Time = p.EditTime.time()
		return events.ThreadPropertiesUpdated{Header: *header, Properties: properties, UpdatedBy: by}, nil
	}
	header.Time = p.CreateTime.time()
	properties.CreatedBy = by.Identifier
	return events.ThreadCreated{Header: *header, Properties: properties, CreatedBy: by, Participants: people}, nil
}

func (p *payload) threadProperties() (chat.ThreadProperties, error) {
	var wire struct {
		Topic     scalar `json:"topic"`
		Metadata  scalar `json:"acsChatThreadMetadata"`
		Retention scalar `json:"retentionPolicy"`
	}
	if err := decodeText(p.Properties, &wire); err != nil {
		return chat.ThreadProperties{}, err
	}
	return chat.ThreadProperties{
		ID: string(p.thread()), Topic: string(wire.Topic), CreatedOn: wholeSeconds(p.CreateTime.time()),
		Metadata: decodeMetadata(wire.Metadata), Retention: decodeRetention(wire.Retention),
	}, nil
}

// decodeRetention reads a policy whose duration is a .NET time span, days.hh:mm:ss. Without days there is no policy.
func decodeRetention(text scalar) chat.RetentionPolicy {
	none := chat.RetentionPolicy{Kind: chat.RetentionKindNone}
	var wire struct {
		Type  scalar `json:"retentionPolicyType"`
		After scalar `json:"executeAfter"`
	}
	if text == "" || decodeText(text, &wire) != nil || wire.Type != "DeleteAfterCreationTime" {
		return none
	}
	days, _, _ := strings.Cut(string(wire.After), ".")
	n, _ := strconv.Atoi(days) // 0 if there are only hours
	return chat.RetentionPolicy{Kind: chat.RetentionKindThreadCreationDate, DeleteThreadAfterDays: n}
}

// wireParticipant is a participant in an event.
type wireParticipant struct {
	ID               scalar `json:"participantId"`
	DisplayName      scalar `json:"displayName"`
	ShareHistoryTime scalar `json:"shareHistoryTime"`
	Metadata         scalar `json:"memberMetaData"`
}

// value returns the participant as REST does, where the entire history starts in 1970. Events have null or 0 there.
func (w wireParticipant) value() chat.Participant {
	since := wholeSeconds(w.ShareHistoryTime.time())
	if since.IsZero() {
		since = time.Unix(0, 0).UTC()
	}
	return chat.Participant{
		Identifier: user(w.ID), DisplayName: string(w.DisplayName), ShareHistoryTime: since, Metadata: decodeMetadata(w.Metadata),
	}
}

// decodeParticipant reads the initiator of an event, which has an identifier and a name. It is missing if a policy deleted the thread.
func decodeParticipant(text scalar) (chat.Participant, error) {
	var wire wireParticipant
	if text == "" || text == "null" {
		return chat.Participant{}, nil
	}
	err := decodeText(text, &wire)
	return chat.Participant{Identifier: user(wire.ID), DisplayName: string(wire.DisplayName)}, err
}

func decodeParticipants(text scalar) ([]chat.Participant, error) {
	list, err := decodeList[wireParticipant](text)
	if err != nil {
		return nil, err
	}
	var participants []chat.Participant
	for _, w := range list {
		participants = append(participants, w.value())
	}
	return participants, nil
}
