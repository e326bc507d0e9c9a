package tui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/events"
	"github.com/acschat/acs-chat-go/chat/realtime"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/follow"
)

// live is the connection over which the service says at once what happens.
type live struct {
	listener *realtime.Listener        // nil if there is none
	states   chan realtime.StateChange // the last one that the model has not taken
	trouble  error                     // why events do not arrive; nil if they do, or before the first attempt has ended
}

// listening reports whether events arrive.
func (l *live) listening() bool { return l.listener != nil && l.trouble == nil }

func (l *live) close() {
	if l.listener != nil {
		_ = l.listener.Close() // which cannot fail
	}
}

// connectMsg says that it is time for another attempt to connect.
type connectMsg struct{}

// connectedMsg is the result of connecting.
type connectedMsg struct {
	live live
	err  error
}

// eventMsg is an event of a connection, or the error that has ended it.
type eventMsg struct {
	of    *realtime.Listener
	event events.Event
	err   error
}

// stateMsg is a change of the state of a connection.
type stateMsg struct {
	of     *realtime.Listener
	change realtime.StateChange
}

// connect opens the live connection. It is closed when the context of the model ends.
func (m *Model) connect() tea.Cmd {
	return m.ask(func(ctx context.Context, s Service) tea.Msg {
		states := make(chan realtime.StateChange, 1)
		listener, err := s.Listen(ctx, func(change realtime.StateChange) {
			select {
			case <-states: // replaced by this one
			default:
			}
			states <- change
		})
		if err != nil {
			return connectedMsg{err: err}
		}
		context.AfterFunc(ctx, func() { _ = listener.Close() })
		return connectedMsg{live: live{listener: listener, states: states}}
	})
}

func (m *Model) connected(msg connectedMsg) tea.Cmd {
	if msg.err != nil {
		return m.disconnected(msg.err)
	}
	m.live = msg.live
	return tea.Batch(m.nextEvent(), m.nextState(), m.catchUp())
}

// disconnected polls in place of the connection, and connects again later.
func (m *Model) disconnected(err error) tea.Cmd {
	const pause = time.Minute
	cmd := m.interrupted(err)
	m.live.listener = nil
	return tea.Batch(cmd, tea.Tick(pause, func(time.Time) tea.Msg { return connectMsg{} }))
}

// interrupted polls as long as events do not arrive. If they have until now, the next polls are too far away.
func (m *Model) interrupted(cause error) tea.Cmd {
	listening := m.live.listening()
	m.live.trouble = cause
	if !listening {
		return nil
	}
	return m.catchUp()
}

// nextEvent waits for the next event of the connection.
func (m *Model) nextEvent() tea.Cmd {
	listener := m.live.listener
	return m.ask(func(context.Context, Service) tea.Msg {
		for event, err := range listener.Events() {
			return eventMsg{listener, event, err}
		}
		return nil // it was closed
	})
}

// nextState waits for the next change of the state of the connection.
func (m *Model) nextState() tea.Cmd {
	l := m.live
	return m.ask(func(ctx context.Context, _ Service) tea.Msg {
		select {
		case change := <-l.states:
			return stateMsg{l.listener, change}
		case <-ctx.Done():
			return nil
		}
	})
}

// stateChanged records whether events arrive.
func (m *Model) stateChanged(msg stateMsg) tea.Cmd {
	switch {
	case msg.of != m.live.listener || msg.change.State == realtime.StateClosed:
		return nil // the last event has the error
	case msg.change.Cause != nil:
		return tea.Batch(m.nextState(), m.interrupted(msg.change.Cause))
	}
	m.live.trouble = nil // a gap follows, which makes the model catch up
	return m.nextState()
}

func (m *Model) eventReceived(msg eventMsg) tea.Cmd {
	if msg.err != nil {
		return m.disconnected(msg.err)
	}
	return tea.Batch(m.nextEvent(), m.handleEvent(msg.event))
}

// handleEvent shows what an event has, or reads soon what it is about.
func (m *Model) handleEvent(event events.Event) tea.Cmd {
	thread := event.EventHeader().ThreadID
	switch e := event.(type) {
	case events.MessageReceived:
		return m.messageReceived(e)
	case events.MessageEdited:
		m.keep(thread, e.Message)
	case events.MessageDeleted:
		m.keep(thread, e.Message)
	case events.TypingIndicatorReceived:
		return m.typingReceived(e)
	case events.ReadReceiptReceived:
		if c := m.visited[thread]; c != nil {
			c.addReceipts(e.Receipt)
		}
	case events.Gap:
		return m.catchUp()
	default:
		return tea.Batch(m.soon(threadsJob), m.readSoon(thread))
	}
	return nil
}

// messageReceived shows a new message. One that is being sent from here is shown by the response.
func (m *Model) messageReceived(e events.MessageReceived) tea.Cmd {
	var cmd tea.Cmd
	if !m.sidebar.active(e.ThreadID, time.UnixMilli(follow.Number(e.Message.ID))) {
		cmd = m.soon(threadsJob)
	}
	c := m.visited[e.ThreadID]
	if c == nil {
		return cmd
	}
	c.typingOver(e.Message.Sender)
	if e.Message.Sender == m.options.Self && c.outbox.busy() {
		return tea.Batch(cmd, m.readSoon(e.ThreadID))
	}
	c.history.keep(e.Message)
	return cmd
}

// keep shows a message as it is now.
func (m *Model) keep(thread string, message chat.Message) {
	if c := m.visited[thread]; c != nil {
		c.history.keep(message)
	}
}

// readSoon polls a thread soon, if it is open. Others are polled when they are opened.
func (m *Model) readSoon(thread string) tea.Cmd {
	if m.open == nil || m.open.id != thread {
		return nil
	}
	return m.soon(messagesJob)
}
