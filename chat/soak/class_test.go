package soak_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/events"
	"github.com/acschat/acs-chat-go/chat/realtime"
)

// secretText is in every message. It must appear nowhere but in bodies.
const secretText = "text-4711-of-a-message"

// cast is a service with two users of it, for one fault.
type cast struct {
	service    *chattest.Service
	token      string       // of Alice, who makes the calls. Signatures are slow: there is one
	alice, bob *chat.Client // without faults
	aliceID    string
}

func newCast(service *chattest.Service) *cast {
	users := service.NewUsers(2)
	return &cast{
		service: service, token: service.Token(users[0], 100*365*24*time.Hour), aliceID: users[0].ID,
		alice: service.Client(users[0]), bob: service.Client(users[1]),
	}
}

// room is a thread of the cast with five messages, for one cell of the table.
type room struct {
	*cast
	threadID string
	messages []string // ids, the oldest first
}

func (c *cast) newRoom(ctx context.Context) (*room, error) {
	r := &room{cast: c}
	created, err := r.bob.CreateThread(ctx, "Release 4.2", &chat.CreateThreadOptions{
		Participants: []chat.Participant{{Identifier: chat.CommunicationUser{ID: c.aliceID}}},
	})
	if err != nil {
		return nil, err
	}
	r.threadID = created.Thread.ID
	for range 5 {
		sent, err := r.alice.ThreadClient(r.threadID).SendMessage(ctx, secretText, nil)
		if err != nil {
			return nil, err
		}
		r.messages = append(r.messages, sent.ID)
	}
	return r, nil
}

// class is an operation that stands for those that fail like it.
type class struct {
	name string
	// steps are parts of the paths of the requests that a fault hits, each in a cell of its own. Nil: the fault hits every path.
	steps []string
	// call makes the call, and checks what it returns. broken is an error if the result is wrong.
	call func(ctx context.Context, client *chat.Client, r *room) (result, broken error)
	// effects is how often the call took effect. Nil: it changes nothing.
	effects func(r *room) int
}

func classes() []*class {
	return []*class{
		{name: "get", call: get},
		{name: "list", call: list},
		{name: "create", call: create, effects: func(r *room) int {
			n := 0
			for _, thread := range r.service.Threads() {
				if thread.Topic == r.threadID {
					n++
				}
			}
			return n
		}},
		{name: "send", call: send, effects: sentMessages},
		{name: "send once", call: sendOnce, effects: sentMessages},
		{name: "delete", call: func(ctx context.Context, client *chat.Client, r *room) (result, broken error) {
			return client.ThreadClient(r.threadID).DeleteMessage(ctx, r.messages[0]), nil
		}, effects: func(r *room) int {
			m := r.service.Messages(r.threadID)
			if slices.ContainsFunc(m, func(m chat.Message) bool { return m.ID == r.messages[0] && !m.DeletedOn.IsZero() }) {
				return 1
			}
			return 0
		}},
		{name: "stream", call: stream, steps: []string{"/config/", "/v4/a", "/socket.io/1/", "/socket.io/1/websocket/", "/registrations"}},
	}
}

func get(ctx context.Context, client *chat.Client, r *room) (result, broken error) {
	got, err := client.ThreadClient(r.threadID).GetMessage(ctx, r.messages[0])
	if err != nil {
		return err, nil
	}
	want, err := r.bob.ThreadClient(r.threadID).GetMessage(ctx, r.messages[0])
	if err == nil && !reflect.DeepEqual(got, want) {
		err = fmt.Errorf("got %+v instead of %+v", got, want)
	}
	return nil, err
}

func list(ctx context.Context, client *chat.Client, r *room) (result, broken error) {
	got, err := client.ThreadClient(r.threadID).ListMessages(&chat.ListMessagesOptions{PageSize: 2}).Collect(ctx, 0)
	if err != nil {
		return err, nil
	}
	want, err := r.bob.ThreadClient(r.threadID).ListMessages(nil).Collect(ctx, 0)
	if err == nil && !reflect.DeepEqual(got, want) {
		err = fmt.Errorf("got %+v instead of %+v", got, want)
	}
	return nil, err
}

func create(ctx context.Context, client *chat.Client, r *room) (result, broken error) {
	created, err := client.CreateThread(ctx, r.threadID, nil) // the topic is unique
	if err != nil {
		return err, nil
	}
	for _, thread := range r.service.Threads() {
		if thread.ID == created.Thread.ID {
			return nil, nil
		}
	}
	return nil, fmt.Errorf("there is no thread %s", created.Thread.ID)
}

func send(ctx context.Context, client *chat.Client, r *room) (result, broken error) {
	sent, err := client.ThreadClient(r.threadID).SendMessage(ctx, secretText, nil)
	return r.checkSent(sent, err)
}

func sendOnce(ctx context.Context, client *chat.Client, r *room) (result, broken error) {
	sent, err := client.ThreadClient(r.threadID).SendMessageOnce(ctx, "order-1", secretText, nil)
	return r.checkSent(sent, err)
}

func (r *room) checkSent(sent chat.SendMessageResult, err error) (result, broken error) {
	if err != nil {
		return err, nil
	}
	if !slices.ContainsFunc(r.service.Messages(r.threadID), func(m chat.Message) bool { return m.ID == sent.ID }) {
		return nil, fmt.Errorf("there is no message %s", sent.ID)
	}
	return nil, nil
}

// sentMessages is the number of messages that were sent since the room was made.
func sentMessages(r *room) int {
	n := 0
	for _, m := range r.service.Messages(r.threadID) {
		if m.Type == chat.MessageTypeText && !slices.Contains(r.messages, m.ID) {
			n++
		}
	}
	return n
}

// stream listens, and expects the event of a message or a gap in its place.
func stream(ctx context.Context, client *chat.Client, r *room) (result, broken error) {
	listener, err := realtime.Listen(ctx, client, nil)
	if err != nil {
		return err, nil
	}
	defer listener.Close()
	sent, err := r.bob.ThreadClient(r.threadID).SendMessage(ctx, secretText, nil)
	if err != nil {
		return nil, err
	}
	waiting, cancel := context.WithTimeout(ctx, 10*time.Minute)
	defer cancel()
	for {
		event, err := listener.Next(waiting)
		switch e := event.(type) {
		case events.MessageReceived:
			if e.Message.ID == sent.ID {
				return nil, nil
			}
		case events.Gap:
			return nil, nil
		}
		if errors.Is(err, context.DeadlineExceeded) {
			return nil, errors.New("neither the event of a message nor a gap has come")
		} else if err != nil {
			return err, nil
		}
	}
}
