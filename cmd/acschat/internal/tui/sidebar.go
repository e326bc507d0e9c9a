package tui

import (
	"context"
	"slices"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/acschat/acs-chat-go/chat"
)

// sidebar lists the threads of the user.
type sidebar struct {
	threads []chat.ThreadItem // that live, the most recently active first
	older   string            // the token of the page that comes next, "" for none
	loading bool
	trouble error
	chosen  string               // the id that the cursor is at
	current string               // the id of the one that is open
	seen    map[string]time.Time // the latest activity that the user knows of, by id
}

// threadsMsg is a page of the threads: the first, or the one at token.
type threadsMsg struct {
	turn  int
	token string
	page  chat.Page[chat.ThreadItem]
	err   error
}

// begin sets the first page. Activity before the chat counts as seen.
func (s *sidebar) begin(page chat.Page[chat.ThreadItem], err error) {
	s.seen = map[string]time.Time{}
	s.older, s.trouble = page.ContinuationToken, err
	s.learn(page.Items)
	s.merge(page.Items)
	if len(s.threads) > 0 {
		s.chosen = s.threads[0].ID
	}
}

// learn marks the activity of threads as seen.
func (s *sidebar) learn(items []chat.ThreadItem) {
	for _, t := range items {
		s.markSeen(t.ID, t.LastMessageReceivedOn)
	}
}

// merge updates threads.
func (s *sidebar) merge(items []chat.ThreadItem) {
	for _, t := range items {
		s.threads = slices.DeleteFunc(s.threads, func(old chat.ThreadItem) bool { return old.ID == t.ID })
		if t.DeletedOn.IsZero() {
			s.threads = append(s.threads, t)
		}
		if t.ID == s.current {
			s.markSeen(t.ID, t.LastMessageReceivedOn)
		}
	}
	slices.SortStableFunc(s.threads, func(a, b chat.ThreadItem) int { return b.LastMessageReceivedOn.Compare(a.LastMessageReceivedOn) })
}

// active records a message in a thread. It reports false if the thread is not in the list.
func (s *sidebar) active(id string, at time.Time) bool {
	i := s.index(id)
	if i < 0 {
		return false
	}
	if t := s.threads[i]; at.After(t.LastMessageReceivedOn) {
		t.LastMessageReceivedOn = at
		s.merge([]chat.ThreadItem{t})
	}
	return true
}

// opened sets the open thread, and adds it if it is not in the list.
func (s *sidebar) opened(id, topic string) {
	s.chosen, s.current = id, id
	if s.index(id) < 0 {
		s.merge([]chat.ThreadItem{{ID: id, Topic: topic}})
	}
	s.markSeen(id, s.threads[s.index(id)].LastMessageReceivedOn)
}

// markSeen marks the activity of a thread until then as seen.
func (s *sidebar) markSeen(id string, until time.Time) {
	if until.After(s.seen[id]) {
		s.seen[id] = until
	}
}

func (s *sidebar) index(id string) int {
	return slices.IndexFunc(s.threads, func(t chat.ThreadItem) bool { return t.ID == id })
}

// unread reports whether a thread has activity that the user has not seen.
func (s *sidebar) unread(t chat.ThreadItem) bool { return t.LastMessageReceivedOn.After(s.seen[t.ID]) }

// order returns the ids of conversations in the order of the list.
func (s *sidebar) order(visited map[string]*conversation) []string {
	var ids []string
	for id := range visited {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b string) int { return s.index(a) - s.index(b) })
	return ids
}

// handleThreadKey handles a key in the list of threads.
func (m *Model) handleThreadKey(msg tea.KeyPressMsg) tea.Cmd {
	s := &m.sidebar
	move := func(n int) {
		if len(s.threads) > 0 {
			s.chosen = s.threads[min(max(s.index(s.chosen)+n, 0), len(s.threads)-1)].ID
		}
	}
	switch k := m.keys; {
	case key.Matches(msg, k.up):
		move(-1)
	case key.Matches(msg, k.down):
		move(1)
	case key.Matches(msg, k.first):
		move(-len(s.threads))
	case key.Matches(msg, k.last):
		move(len(s.threads))
	case key.Matches(msg, k.open):
		if i := s.index(s.chosen); i >= 0 {
			return m.change(s.threads[i])
		}
	case key.Matches(msg, k.cancel) && m.open != nil:
		m.focus(composerPane)
	}
	return nil
}

// change opens another thread, and starts polling it.
func (m *Model) change(t chat.ThreadItem) tea.Cmd {
	if m.open != nil && m.open.id == t.ID {
		m.focus(composerPane)
		return nil
	}
	m.enter(t.ID, t.Topic)
	m.schedule.begin()
	return tea.Batch(m.pollOpen(), m.after(threadsJob, nil))
}

// moreThreads loads the next page when the cursor is near the end of the list.
func (m *Model) moreThreads() tea.Cmd {
	const near = 10
	s := &m.sidebar
	if s.older == "" || s.loading || s.trouble != nil || s.index(s.chosen) < len(s.threads)-near {
		return nil
	}
	s.loading = true
	return m.listThreads(s.older)
}

func (m *Model) listThreads(token string) tea.Cmd {
	turn := m.schedule.turn
	return m.ask(func(ctx context.Context, s Service) tea.Msg {
		page, err := s.Threads(ctx, token)
		return threadsMsg{turn, token, page, err}
	})
}

func (m *Model) threadsReceived(msg threadsMsg) tea.Cmd {
	s := &m.sidebar
	s.trouble = msg.err
	older := msg.token != ""
	if older {
		s.loading = false
	}
	if msg.err == nil {
		if older {
			s.older = msg.page.ContinuationToken
			s.learn(msg.page.Items)
		}
		s.merge(msg.page.Items)
		m.retitle(msg.page.Items)
	}
	if older || !m.schedule.current(msg.turn) {
		return nil
	}
	return m.after(threadsJob, msg.err)
}

// retitle updates the topics of threads that have been opened.
func (m *Model) retitle(items []chat.ThreadItem) {
	for _, t := range items {
		if c := m.visited[t.ID]; c != nil {
			c.topic = t.Topic
		}
	}
}
