package chattest

import (
	"fmt"
	"strconv"
	"time"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/events"
)

// event converts the occurrence to the event that a client receives, without a recipient.
func (o *occurrence) event() events.Event {
	header := events.Header{ThreadID: o.threadID, Time: time.UnixMilli(o.at).UTC(), Version: strconv.FormatInt(o.version, 10)}
	switch o.kind {
	case events.KindMessageReceived:
		return events.MessageReceived{Header: header, Message: o.messageValue()}
	case events.KindMessageEdited:
		return events.MessageEdited{Header: header, Message: o.messageValue()}
	case events.KindMessageDeleted:
		return events.MessageDeleted{Header: header, Message: o.messageValue()}
	case events.KindTypingIndicatorReceived:
		return events.TypingIndicatorReceived{Header: header, Sender: o.by.Identifier.value(), SenderDisplayName: o.by.DisplayName}
	case events.KindReadReceiptReceived:
		receipt := chat.ReadReceipt{Sender: o.by.Identifier.value(), MessageID: o.messageID, ReadOn: instant(timestamp(o.at))}
		return events.ReadReceiptReceived{Header: header, Receipt: receipt}
	case events.KindThreadCreated:
		return events.ThreadCreated{Header: header, Properties: o.properties.value(0), CreatedBy: o.initiatorValue(), Participants: o.peopleValues()}
	case events.KindThreadPropertiesUpdated:
		p := o.properties.value(0)
		p.CreatedBy = nil
		return events.ThreadPropertiesUpdated{Header: header, Properties: p, UpdatedBy: o.initiatorValue()}
	case events.KindThreadDeleted:
		return events.ThreadDeleted{Header: header, Reason: o.reason, DeletedBy: o.initiatorValue(), ThreadCreatedOn: instant(o.properties.CreatedOn)}
	case events.KindParticipantsAdded:
		return events.ParticipantsAdded{
			Header: header, AddedBy: o.initiatorValue(), Participants: o.peopleValues(), ThreadCreatedOn: instant(o.properties.CreatedOn),
		}
	case events.KindParticipantsRemoved:
		return events.ParticipantsRemoved{
			Header: header, RemovedBy: o.initiatorValue(), Participants: o.peopleValues(), ThreadCreatedOn: instant(o.properties.CreatedOn),
		}
	}
	panic(fmt.Sprintf("chattest: there is no occurrence of the kind %s", o.kind))
}

// messageValue converts the message without its sequence id, which events do not have.
func (o *occurrence) messageValue() chat.Message {
	m := o.message.value()
	m.SequenceID = ""
	return m
}

func (o *occurrence) initiatorValue() chat.Participant {
	return chat.Participant{Identifier: o.by.Identifier.value(), DisplayName: o.by.DisplayName}
}

func (o *occurrence) peopleValues() []chat.Participant {
	values := make([]chat.Participant, len(o.people))
	for i, p := range o.people {
		values[i] = p.value()
	}
	return values
}
