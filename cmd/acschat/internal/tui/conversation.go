package tui

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/harmless"
)

// conversation is a thread that has been open, and all that the person has left in it.
type conversation struct {
	id      string
	topic   string
	history history
	outbox  outbox

	people   []chat.Participant
	names    map[chat.Identifier]string
	stale    bool // people came or went since
	receipts []chat.ReadReceipt

	bottom   place  // the last row to be seen; the zero place follows what is new
	selected string // the key of an entry
	draft    string // what was being written

	trouble      error // why the last look failed
	olderTrouble error // why the last page of the past did not come
	loadingOlder bool

	read   reading
	typing time.Time // when the others were last told
}

func newConversation(id, topic string) *conversation {
	return &conversation{id: id, topic: topic, stale: true}
}

// meet takes who is in the thread.
func (c *conversation) meet(people []chat.Participant) {
	c.people, c.names, c.stale = people, map[chat.Identifier]string{}, false
	for _, p := range people {
		if name := called(p.DisplayName); name != "" && p.Identifier != nil {
			c.names[p.Identifier] = name
		}
	}
}

// hear takes the latest messages, and what those of the service tell. Some may have been heard before.
func (c *conversation) hear(messages []chat.Message) {
	for _, m := range c.history.news(messages) {
		switch m.Type {
		case chat.MessageTypeTopicUpdated:
			c.topic = m.Content.Topic
		case chat.MessageTypeParticipantAdded, chat.MessageTypeParticipantRemoved:
			c.stale = true
		}
	}
}

// name is what to call somebody: as the thread does, as the message does, or by enough of the id to tell people apart.
func (c *conversation) name(id chat.Identifier, given string) string {
	if known := c.names[id]; known != "" {
		return known
	}
	return cmp.Or(called(given), short(id))
}

func short(id chat.Identifier) string {
	const enough = 12
	if id == nil {
		return "somebody"
	}
	raw := harmless.Line(id.RawID())
	if runes := []rune(raw); len(runes) > 2*enough {
		return "…" + string(runes[len(runes)-enough:])
	}
	return raw
}

// title is the topic, or what stands in for none.
func (c *conversation) title() string { return titleOf(c.id, c.topic) }

func titleOf(id, topic string) string {
	if topic = called(topic); topic != "" {
		return topic
	}
	return "no topic · " + harmless.Line(strings.TrimSuffix(id, "@thread.v2"))
}

// entry is one thing in the timeline: a message, a send that is not one yet, or a remark of the program.
type entry struct {
	key     string
	message *chat.Message // nil for a remark; for a send one without an id
	attempt *attempt      // what the user does with it, nil for nothing
	readers []string      // who has read up to here
	remark  string
}

const remarkKey = "remark"

// entries are the timeline from its beginning, or from the oldest message that was read. self has no need to be told how far they
// have read themselves.
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

// past says what there is before the oldest message shown.
func (c *conversation) past() string {
	switch {
	case c.olderTrouble != nil:
		return "What was before did not come: " + why(c.olderTrouble) + ". Page up tries again."
	case c.history.whole:
		return "The thread begins here."
	case c.history.begun:
		return "There is more before."
	case c.trouble != nil:
		return "The thread could not be read: " + why(c.trouble)
	}
	return "Reading the thread…"
}

// mark puts the names of readers beside the last message that each has read.
func (c *conversation) mark(messages []entry, self chat.Identifier) {
	for _, r := range c.receipts {
		if r.Sender == self {
			continue
		}
		i, _ := slices.BinarySearchFunc(messages, number(r.MessageID)+1, func(e entry, id int64) int { return cmp.Compare(number(e.key), id) })
		if i > 0 {
			messages[i-1].readers = append(messages[i-1].readers, c.name(r.Sender, ""))
		}
	}
}
