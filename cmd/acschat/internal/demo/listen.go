package demo

import (
	"context"
	"time"

	"github.com/acschat/acs-chat-go/chat/events"
	"github.com/acschat/acs-chat-go/chat/realtime"
)

func (d *demo) listen(ctx context.Context) error {
	d.title("Bob listens; he hears Alice's message as she sends it",
		`listener, err := realtime.Listen(ctx, bobsClient, nil)`,
		`for event, err := range listener.Events() { switch e := event.(type) { case events.MessageReceived: ... } }`)
	bobs, err := d.connectBob()
	if err != nil {
		return err
	}
	defer bobs.Close()
	listener, err := realtime.Listen(ctx, bobs, nil)
	if err != nil {
		return err
	}
	defer listener.Close()
	sent, err := d.thread.SendMessage(ctx, "All regions are green.", nil)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { listener.Close() }) // which ends the range
	defer stop()
	for event, err := range listener.Events() {
		if err != nil {
			return err
		}
		if e, ok := event.(events.MessageReceived); ok {
			d.say("Bob hears %s from %s: %q", e.Message.ID, d.name(e.Message.Sender), e.Message.Content.Message)
			return check("Bob hears what Alice has sent", e.Message.ID == sent.ID && e.Message.Sender == d.alice &&
				e.Message.Content.Message == "All regions are green." && e.ThreadID == d.thread.ThreadID())
		}
	}
	return check("Bob hears Alice's message within ten seconds", false)
}
