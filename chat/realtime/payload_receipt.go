package realtime

import (
	"cmp"
	"strings"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/events"
)

// receiptEvent reads a read receipt. Its version and its time are inside its body only.
func (p *payload) receiptEvent(header *events.Header) (events.Event, error) {
	if p.MessageID == "" {
		return nil, errIncomplete
	}
	var body struct {
		Horizon scalar `json:"consumptionhorizon"` // message ";" read at ";" client's id of the message
		Version scalar `json:"version"`
	}
	if err := decodeText(p.MessageBody, &body); err != nil {
		return nil, err
	}
	_, after, _ := strings.Cut(string(body.Horizon), ";")
	readAt, _, _ := strings.Cut(after, ";")
	header.Time = scalar(readAt).time()
	header.Version = string(cmp.Or(body.Version, p.Version))
	return events.ReadReceiptReceived{Header: *header, Receipt: chat.ReadReceipt{
		Sender: user(p.Sender), MessageID: string(p.MessageID), ReadOn: wholeSeconds(header.Time),
	}}, nil
}
