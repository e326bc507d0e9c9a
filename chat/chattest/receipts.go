package chattest

import "github.com/acschat/acs-chat-go/gen/chatapi"

// maxParticipantsWithReceipts is the size up to which threads have receipts. Above it they are accepted, and none is listed.
const maxParticipantsWithReceipts = 20

// receipt is one as it is served. Everybody has one at most.
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
		if t.state.Participants <= maxParticipantsWithReceipts {
			t.put(receiptsBucket, t.key(t.place(c.user)), encode(receipt{
				Sender: identify(c.user), MessageID: request.ChatMessageID, ReadOn: timestamp(t.now),
			}))
		}
		return nil
	})
}

func (c *call) listReceipts(threadID string, skip, maxPageSize *int32) ([]byte, error) {
	return c.listByPlace(threadID, "readReceipts", receiptsBucket, skip, maxPageSize)
}

// sendTyping leaves no trace: nobody is told in real time here.
func (c *call) sendTyping(threadID string) error {
	var request chatapi.SendTypingNotificationRequest
	if len(c.body) > 0 {
		if err := decode(c.body, &request); err != nil {
			return err
		}
	}
	return c.view(threadID, func(*thread) error { return nil })
}
