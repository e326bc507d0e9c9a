package soak_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/events"
	"github.com/acschat/acs-chat-go/chat/identity"
)

// actor owns a thread: it makes every change of it, one after the other, as one of its four members. What the thread has to contain is
// therefore known, except for calls that failed because the emulator was killed: the actor then looks which of two states it is.
type actor struct {
	emulator *emulator
	index    int
	people   []*person // four members, and one who comes and goes
	random   *rand.Rand

	threadID string
	topic    string
	messages []*modelMessage
	receipts map[string]string // the latest message read, by reader
	extra    bool              // the fifth person is a member
	gone     []string          // threads that were deleted
	changes  int
	expected []expectation

	calls, disturbed int
	err              error
}

type modelMessage struct {
	id, text string
	deleted  bool
}

// expectation is an event that the four members must get, or a gap in its place.
type expectation struct {
	key    string
	call   span
	except *person // the member who does not get it, nil for none
}

// run changes the thread until ctx ends. Calls are made under unending, so that the last one is complete.
func (a *actor) run(ctx, unending context.Context) error {
	for ctx.Err() == nil {
		if err := a.step(unending); err != nil {
			return fmt.Errorf("actor %d: %w", a.index, err)
		}
		time.Sleep(time.Duration(a.random.Int64N(int64(200 * time.Millisecond))))
	}
	return nil
}

// text returns a text that no other change has.
func (a *actor) text(what string) string {
	a.changes++
	return fmt.Sprintf("%s %d of actor %d", what, a.changes, a.index)
}

func (a *actor) as(n int) *chat.ThreadClient { return a.people[n].client.ThreadClient(a.threadID) }

// change makes a call that changes the thread. If it failed because the emulator was killed, look reports whether it took effect.
// The event is expected if it did.
func (a *actor) change(call func() error, look func() (bool, error), key func() string) (done bool, err error) {
	a.calls++
	s, err := a.emulator.during(call)
	done = err == nil
	if isDisturbance(err) {
		a.disturbed++
		a.emulator.up()
		if done, err = a.look(look); err != nil {
			return false, err
		}
	} else if err != nil {
		return false, err
	}
	if done && key != nil {
		s.ended = time.Now()
		a.expected = append(a.expected, expectation{key: key(), call: s})
	}
	return done, nil
}

// look reads until the emulator is not killed meanwhile.
func (a *actor) look(look func() (bool, error)) (done bool, err error) {
	for {
		a.emulator.up()
		_, err = a.emulator.during(func() (err error) {
			done, err = look()
			return err
		})
		if !isDisturbance(err) {
			return done, err
		}
	}
}

// step makes one call at random.
func (a *actor) step(ctx context.Context) error {
	if a.threadID == "" {
		return a.create(ctx)
	}
	var message *modelMessage
	if len(a.messages) > 0 {
		message = a.messages[a.random.IntN(len(a.messages))]
	}
	member := a.random.IntN(4)
	thread := a.as(member)
	switch roll := a.random.IntN(100); {
	case message == nil, roll < 40:
		return a.send(ctx, thread)
	case roll < 50 && !message.deleted:
		return a.edit(ctx, message)
	case roll < 55 && !message.deleted:
		return a.delete(ctx, message)
	case roll < 60:
		return a.rename(ctx, thread)
	case roll < 65:
		return a.toggle(ctx)
	case roll < 66 && len(a.messages) > 50:
		return a.deleteThread(ctx)
	case roll < 70 && !message.deleted:
		return a.receive(ctx, member, message)
	}
	_, err := a.look(func() (bool, error) { return true, a.read(ctx, thread, message) })
	a.calls++
	return err
}

// read makes a call that changes no message, and compares what it returns.
func (a *actor) read(ctx context.Context, thread *chat.ThreadClient, message *modelMessage) error {
	switch a.random.IntN(9) {
	case 0:
		return a.checkList(ctx, thread, 30)
	case 1:
		return a.checkProperties(ctx, thread)
	case 2:
		return a.checkParticipants(ctx, thread)
	case 3:
		return thread.SendTypingNotification(ctx, nil)
	case 4:
		_, err := a.emulator.identities.GetToken(ctx, a.people[0].user, []identity.Scope{identity.ScopeChat}, nil)
		a.emulator.keys.see(err)
		return err
	case 5:
		return a.checkReceipts(ctx, thread)
	case 6:
		threads, err := a.people[0].client.ListThreads(&chat.ListThreadsOptions{PageSize: 50}).Collect(ctx, 0)
		if err == nil && !slices.ContainsFunc(threads, func(t chat.ThreadItem) bool { return t.ID == a.threadID && t.Topic == a.topic }) {
			err = fmt.Errorf("the thread %s with the topic %q is not listed", a.threadID, a.topic)
		}
		return err
	case 7:
		return a.checkGone(ctx)
	}
	got, err := thread.GetMessage(ctx, message.id)
	if err == nil {
		err = message.compare(got)
	}
	return err
}

func (m *modelMessage) compare(got chat.Message) error {
	if got.DeletedOn.IsZero() == m.deleted || !m.deleted && got.Content.Message != m.text {
		return fmt.Errorf("message %s has the text %q (deleted on %s) instead of %q (deleted: %t)", m.id, got.Content.Message, got.DeletedOn, m.text, m.deleted)
	}
	return nil
}

func (a *actor) create(ctx context.Context) error {
	a.topic, a.extra, a.messages, a.receipts = a.text("topic"), false, nil, make(map[string]string)
	var members []chat.Participant
	for _, p := range a.people[1:4] {
		members = append(members, chat.Participant{Identifier: p.user})
	}
	var id string
	owner := a.people[0].client
	_, err := a.change(func() error {
		created, err := owner.CreateThread(ctx, a.topic, &chat.CreateThreadOptions{Participants: members})
		id = created.Thread.ID
		return err
	}, func() (bool, error) {
		for thread, err := range owner.ListThreads(nil).All(ctx) {
			if err != nil {
				return false, err
			} else if thread.Topic == a.topic {
				id = thread.ID
				return true, nil
			}
		}
		return false, nil
	}, func() string { return "created " + id })
	a.threadID = id
	return err
}

func (a *actor) deleteThread(ctx context.Context) error {
	done, err := a.change(func() error { return a.people[0].client.DeleteThread(ctx, a.threadID) }, func() (bool, error) {
		return isGone(ctx, a.as(0))
	}, func() string { return "thread deleted " + a.threadID })
	if done {
		a.gone = append(a.gone, a.threadID)
		a.threadID = ""
	}
	return err
}

func isGone(ctx context.Context, thread *chat.ThreadClient) (bool, error) {
	_, err := thread.GetProperties(ctx)
	if errors.Is(err, chat.ErrNotFound) || errors.Is(err, chat.ErrForbidden) {
		return true, nil
	}
	return false, err
}

// checkGone looks at the thread that was deleted last.
func (a *actor) checkGone(ctx context.Context) error {
	if len(a.gone) == 0 {
		return nil
	}
	id := a.gone[len(a.gone)-1]
	gone, err := isGone(ctx, a.people[0].client.ThreadClient(id))
	if err == nil && !gone {
		err = fmt.Errorf("the thread %s was deleted, and is there", id)
	}
	return err
}

// receive sends a read receipt of a member, unless it is the latest one already.
func (a *actor) receive(ctx context.Context, member int, m *modelMessage) error {
	reader := a.people[member]
	if a.receipts[reader.user.ID] == m.id {
		return nil
	}
	done, err := a.change(func() error { return a.as(member).SendReadReceipt(ctx, m.id) }, func() (bool, error) {
		got, err := a.listReceipts(ctx, a.as(member))
		return got[reader.user.ID] == m.id, err
	}, func() string { return "read " + a.threadID + " " + m.id + " by " + reader.user.ID })
	if done {
		a.receipts[reader.user.ID] = m.id
		a.expected[len(a.expected)-1].except = reader
	}
	return err
}

func (a *actor) listReceipts(ctx context.Context, thread *chat.ThreadClient) (map[string]string, error) {
	got := make(map[string]string)
	for receipt, err := range thread.ListReadReceipts(nil).All(ctx) {
		if err != nil {
			return nil, err
		}
		got[receipt.Sender.RawID()] = receipt.MessageID
	}
	return got, nil
}

func (a *actor) checkReceipts(ctx context.Context, thread *chat.ThreadClient) error {
	got, err := a.listReceipts(ctx, thread)
	if err == nil && !maps.Equal(got, a.receipts) {
		err = fmt.Errorf("the read receipts are %v instead of %v", got, a.receipts)
	}
	return err
}

func (a *actor) send(ctx context.Context, thread *chat.ThreadClient) error {
	m := &modelMessage{text: a.text(secretText)}
	once := a.random.IntN(4) == 0
	done, err := a.change(func() (err error) {
		var sent chat.SendMessageResult
		if once {
			sent, err = thread.SendMessageOnce(ctx, fmt.Sprint("key ", a.changes), m.text, nil)
		} else {
			sent, err = thread.SendMessage(ctx, m.text, nil)
		}
		m.id = sent.ID
		return err
	}, func() (bool, error) {
		for got, err := range a.as(0).ListMessages(&chat.ListMessagesOptions{PageSize: 100}).All(ctx) {
			if err != nil {
				return false, err
			} else if got.Content.Message == m.text {
				m.id = got.ID
				return true, nil
			}
		}
		return false, nil
	}, func() string { return "received " + a.threadID + " " + m.id })
	if done {
		a.messages = append(a.messages, m)
	}
	return err
}

func (a *actor) edit(ctx context.Context, m *modelMessage) error {
	text := a.text("edited " + secretText)
	sender, err := a.senderOf(ctx, m)
	if err != nil {
		return err
	}
	done, err := a.change(func() error {
		return sender.UpdateMessage(ctx, m.id, chat.MessageUpdate{Content: &text})
	}, func() (bool, error) {
		got, err := sender.GetMessage(ctx, m.id)
		return got.Content.Message == text, err
	}, func() string { return "edited " + a.threadID + " " + m.id + " " + text })
	if done {
		m.text = text
	}
	return err
}

func (a *actor) delete(ctx context.Context, m *modelMessage) error {
	sender, err := a.senderOf(ctx, m)
	if err != nil {
		return err
	}
	done, err := a.change(func() error { return sender.DeleteMessage(ctx, m.id) }, func() (bool, error) {
		got, err := sender.GetMessage(ctx, m.id)
		return !got.DeletedOn.IsZero(), err
	}, func() string { return "deleted " + a.threadID + " " + m.id })
	m.deleted = m.deleted || done
	return err
}

// senderOf is the client of the user who has sent a message.
func (a *actor) senderOf(ctx context.Context, m *modelMessage) (sender *chat.ThreadClient, err error) {
	_, err = a.look(func() (bool, error) {
		got, err := a.as(0).GetMessage(ctx, m.id)
		for n, p := range a.people[:4] {
			if got.Sender == chat.Identifier(p.user) {
				sender = a.as(n)
			}
		}
		return true, err
	})
	if err == nil && sender == nil {
		err = fmt.Errorf("message %s has no sender", m.id)
	}
	return sender, err
}

func (a *actor) rename(ctx context.Context, thread *chat.ThreadClient) error {
	topic := a.text("topic")
	done, err := a.change(func() error { return thread.UpdateTopic(ctx, topic) }, func() (bool, error) {
		got, err := thread.GetProperties(ctx)
		return got.Topic == topic, err
	}, func() string { return "topic " + topic })
	if done {
		a.topic = topic
	}
	return err
}

// toggle adds or removes the fifth person.
func (a *actor) toggle(ctx context.Context) error {
	fifth := a.people[4].user
	done, err := a.change(func() error {
		if a.extra {
			return a.as(0).RemoveParticipant(ctx, fifth)
		}
		failed, err := a.as(0).AddParticipants(ctx, []chat.Participant{{Identifier: fifth}})
		if err == nil && len(failed) > 0 {
			err = fmt.Errorf("not added: %v", failed)
		}
		return err
	}, func() (bool, error) {
		members, err := a.members(ctx, a.as(0))
		return slices.Contains(members, fifth.ID) != a.extra, err
	}, func() string {
		if a.extra {
			return "removed " + a.threadID + " " + fifth.ID
		}
		return "added " + a.threadID + " " + fifth.ID
	})
	if done {
		a.extra = !a.extra
	}
	return err
}

func (a *actor) members(ctx context.Context, thread *chat.ThreadClient) (ids []string, err error) {
	for p, err := range thread.ListParticipants(nil).All(ctx) {
		if err != nil {
			return nil, err
		}
		ids = append(ids, p.Identifier.(chat.CommunicationUser).ID)
	}
	return ids, nil
}

// verify compares the whole thread with the model.
func (a *actor) verify(ctx context.Context) error {
	if a.threadID == "" {
		return a.checkGone(ctx)
	}
	thread := a.as(0)
	return errors.Join(a.checkGone(ctx), a.checkList(ctx, thread, 0), a.checkProperties(ctx, thread), a.checkParticipants(ctx, thread),
		a.checkReceipts(ctx, thread))
}

// checkList compares the latest messages with the model, all of them if limit is 0.
func (a *actor) checkList(ctx context.Context, thread *chat.ThreadClient, limit int) error {
	got, err := thread.ListMessages(&chat.ListMessagesOptions{PageSize: 100}).Collect(ctx, limit)
	if err != nil {
		return err
	}
	texts := 0
	for _, m := range got {
		if m.Type != chat.MessageTypeText {
			continue
		}
		texts++
		i := slices.IndexFunc(a.messages, func(own *modelMessage) bool { return own.id == m.ID })
		if i < 0 {
			return fmt.Errorf("message %s was not sent, and is listed", m.ID)
		} else if err := a.messages[i].compare(m); err != nil {
			return err
		}
	}
	if limit == 0 && texts != len(a.messages) {
		return fmt.Errorf("%d messages are listed instead of %d", texts, len(a.messages))
	}
	return nil
}

func (a *actor) checkProperties(ctx context.Context, thread *chat.ThreadClient) error {
	got, err := thread.GetProperties(ctx)
	if err == nil && got.Topic != a.topic {
		err = fmt.Errorf("the topic is %q instead of %q", got.Topic, a.topic)
	}
	return err
}

func (a *actor) checkParticipants(ctx context.Context, thread *chat.ThreadClient) error {
	got, err := a.members(ctx, thread)
	want := idsOf(a.people[:4], func(p *person) string { return p.user.ID })
	if a.extra {
		want = append(want, a.people[4].user.ID)
	}
	slices.Sort(got)
	slices.Sort(want)
	if err == nil && !slices.Equal(got, want) {
		err = fmt.Errorf("the participants are %v instead of %v", got, want)
	}
	return err
}

// missing returns an error if a member got an event less often than the model expects, without a gap in its place.
func missing(actors []*actor) error {
	for _, a := range actors {
		for n, p := range a.people[:4] {
			p.mu.Lock()
			absent := make(map[string]int)
			for _, e := range a.expected {
				if e.except != p {
					absent[e.key]++
				}
			}
			for key := range absent {
				absent[key] -= p.got[key]
			}
			for _, e := range a.expected {
				if slices.ContainsFunc(p.gaps, func(gap events.Gap) bool { return gap.LastHeard.Before(e.call.ended) && gap.Time.After(e.call.began) }) {
					absent[e.key]--
				}
			}
			p.mu.Unlock()
			for key, count := range absent {
				if count > 0 {
					return fmt.Errorf("member %d of actor %d did not get %q, %d times", n, a.index, key, count)
				}
			}
		}
	}
	return nil
}

// surplus returns an error if a user got an event more often than the model expects, or one of a thread of others.
func surplus(actors []*actor, people []*person) error {
	for _, p := range people {
		expected, disturbed := make(map[string]int), make(map[string]bool)
		for _, a := range actors {
			if !slices.Contains(a.people, p) {
				continue
			}
			for _, e := range a.expected {
				if e.except == p {
					continue
				}
				expected[e.key]++
				disturbed[e.key] = disturbed[e.key] || e.call.disturbed
			}
		}
		for key, count := range p.got {
			if expected[key] == 0 {
				return fmt.Errorf("%q was announced to a user, and has not happened, or in a thread of others", key)
			} else if count > expected[key] && !disturbed[key] && !strings.HasPrefix(key, "created ") { // a repeated call may have changed something twice, and the fifth comes again
				return fmt.Errorf("%q was announced %d times to one user, and has happened %d times", key, count, expected[key])
			}
		}
	}
	return nil
}
