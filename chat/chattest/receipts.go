package chattest

import (
	"github.com/acschat/acs-chat-go/chat/events"
	"github.com/acschat/acs-chat-go/gen/chatapi"
)

// maxParticipantsWithReceipts is the number of participants up to which threads have read receipts and typing indicators. Above it they
// are accepted and dropped.
const maxParticipantsWithReceipts = 20

// receipt is a read receipt in the form of the service. Each participant has at most one.
type receipt struct {
	Sender    identifier `json:"senderCommunicationIdentifier"`
	MessageID string     `json:"chatMessageId"`
	ReadOn    string     `json:"readOn"`
}

func (c *call) sendReceipt(threadID string) error {
	var request chatapi.SendReadReceiptRequest
	if err := decode(c.body, &request); err != nil {
		return err
	}
	id, err := parseMessageID(request.ChatMessageID)
	if err != nil {
		return err
	}
	return c.update(threadID, func(t *thread) error {
		if _, err := t.message(id); err != nil {
			return err
		}
		if t.state.Participants > maxParticipantsWithReceipts {
			return nil
		}
		t.put(receiptsBucket, t.key(t.place(c.user)), encode(receipt{
			Sender: identify(c.user), MessageID: request.ChatMessageID, ReadOn: timestamp(t.now),
		}))
		t.happened(occurrence{
			kind: events.KindReadReceiptReceived, at: t.now, version: t.now, by: t.initiator(), except: c.user,
			messageID: request.ChatMessageID, sharedFrom: t.sharedSince(),
		})
		return nil
	})
}

func (c *call) listReceipts(threadID string, skip, maxPageSize *int32) ([]byte, error) {
	return c.listByPlace(threadID, "readReceipts", receiptsBucket, skip, maxPageSize)
}

// sendTyping stores nothing except deliveries.
func (c *call) sendTyping(threadID string) error {
	var request chatapi.SendTypingNotificationRequest
	if len(c.body) > 0 {
		if err := decode(c.body, &request); err != nil {
			return err
		}
	}
	name := ""
	if request.SenderDisplayName != nil {
		name = *request.SenderDisplayName
	}
	var o *occurrence
	err := c.view(threadID, func(t *thread) error {
		if t.state.Participants <= maxParticipantsWithReceipts {
			o = &occurrence{
				kind: events.KindTypingIndicatorReceived, threadID: threadID, at: t.now, version: t.now,
				by: participant{Identifier: identify(c.user), DisplayName: name}, users: c.s.audiences.of(t).users,
			}
		}
		return nil
	})
	if err == nil && o != nil {
		err = c.s.publishUnstored(o)
	}
	return err
}
