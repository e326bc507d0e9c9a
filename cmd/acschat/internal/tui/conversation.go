package tui

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/follow"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/harmless"
)

// conversation is a thread that has been opened, with the state of its view.
type conversation struct {
	id      string
	topic   string
	history history
	outbox  outbox

	people   []chat.Participant
	names    map[chat.Identifier]string
	stale    bool // participants have changed since
	receipts []chat.ReadReceipt

	bottom   place  // the last visible row; the zero place follows new messages
	selected string // the key of the selected entry
	draft    string // the unfinished text

	trouble      error // of the last poll
	olderErr     error // of the last page of older messages
	loadingOlder bool

	read    reading
	typing  time.Time // when a notification was last sent
	typists []typist  // of the others
}

func newConversation(id, topic string) *conversation {
	return &conversation{id: id, topic: topic, stale: true}
}

// setPeople replaces the participants.
func (c *conversation) setPeople(people []chat.Participant) {
	c.people, c.names, c.stale = people, map[chat.Identifier]string{}, false
	for _, p := range people {
		if name := visibleName(p.DisplayName); name != "" && p.Identifier != nil {
			c.names[p.Identifier] = name
		}
	}
}

// addMessages adds the latest messages, some of which may be known, and reports whether participants have come or gone.
func (c *conversation) addMessages(messages []chat.Message) bool {
	moved := false
	for _, m := range c.history.news(messages) {
		switch m.Type {
		case chat.MessageTypeTopicUpdated:
			c.topic = m.Content.Topic
		case chat.MessageTypeParticipantAdded, chat.MessageTypeParticipantRemoved:
			moved = true
		}
	}
	c.stale = c.stale || moved
	return moved
}

// addReceipts adds read receipts. The latest of each reader counts: a listing may be older than an event.
func (c *conversation) addReceipts(receipts ...chat.ReadReceipt) {
	for _, r := range receipts {
		i := slices.IndexFunc(c.receipts, func(old chat.ReadReceipt) bool { return old.Sender == r.Sender })
		switch {
		case i < 0:
			c.receipts = append(c.receipts, r)
		case follow.Number(r.MessageID) >= follow.Number(c.receipts[i].MessageID):
			c.receipts[i] = r
		}
	}
}

// name returns a display name: of the participant, else of the message, else the end of the id.
func (c *conversation) name(id chat.Identifier, given string) string {
	if known := c.names[id]; known != "" {
		return known
	}
	return cmp.Or(visibleName(given), short(id))
}

func short(id chat.Identifier) string {
	const enough = 12
	if id == nil {
		return "unknown"
	}
	raw := harmless.Line(id.RawID())
	if runes := []rune(raw); len(runes) > 2*enough {
		return "…" + string(runes[len(runes)-enough:])
	}
	return raw
}

// title returns the topic, or a placeholder.
func (c *conversation) title() string { return titleOf(c.id, c.topic) }

func titleOf(id, topic string) string {
	if topic = visibleName(topic); topic != "" {
		return topic
	}
	return "no topic · " + harmless.Line(strings.TrimSuffix(id, "@thread.v2"))
}

// entry is an entry of the timeline: a message, a message that is being sent, or a remark of the program.
type entry struct {
	key     string
	message *chat.Message // nil for a remark; without an id while it is sent
	attempt *attempt      // an action of the user on it, or nil
	readers []string      // the names of those who have read up to here
	remark  string
}

const remarkKey = "remark"

// entries returns the timeline from the oldest loaded message. It shows the receipts of all but self.
func (c *conversation) entries(self chat.Identifier) []entry {
	shown := c.history.shown()
	list := make([]entry, 0, 1+len(shown)+len(c.outbox.sends))
	list = append(list, entry{key: remarkKey, remark: c.past()})
	for i := range shown {
		list = append(list, entry{key: shown[i].ID, message: &shown[i], attempt: c.outbox.changes[shown[i].ID]})
	}
	c.mark(list[1:], self)
	for _, a := range c.outbox.sends {
		list = append(list, entry{key: a.id, message: &chat.Message{Type: chat.MessageTypeText, Sender: self, CreatedOn: a.at}, attempt: a})
	}
	return list
}

// past describes what is before the oldest loaded message.
func (c *conversation) past() string {
	switch {
	case c.olderErr != nil:
		return "Older messages could not be loaded: " + reason(c.olderErr) + ". Page up tries again."
	case c.history.whole:
		return "The thread begins here."
	case c.history.begun:
		return "There are older messages."
	case c.trouble != nil:
		return "The thread could not be loaded: " + reason(c.trouble)
	}
	return "Loading the thread…"
}

// mark adds the readers to the last message that each has read.
func (c *conversation) mark(messages []entry, self chat.Identifier) {
	for _, r := range c.receipts {
		if r.Sender == self {
			continue
		}
		i, _ := slices.BinarySearchFunc(messages, follow.Number(r.MessageID)+1, func(e entry, id int64) int { return cmp.Compare(follow.Number(e.key), id) })
		if i > 0 {
			messages[i-1].readers = append(messages[i-1].readers, c.name(r.Sender, ""))
		}
	}
}
