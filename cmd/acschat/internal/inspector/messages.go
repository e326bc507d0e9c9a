package inspector

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
)

// messagesPage is how many messages a page of the list has.
const messagesPage = 50

// messagesView is a page of the messages of a thread, or of those found in all threads.
type messagesView struct {
	rows[messageView]

	Thread     threadView
	AllThreads bool // the messages are of all threads
	Searched   bool // only some messages are asked for
}

// threadView is the thread whose messages are shown.
type threadView struct {
	ID           string // "" if there is none
	Unknown      bool   // no thread has the selected id
	Topic        string
	Deleted      bool
	Follows      bool // it is the thread with the latest message
	FollowLink   string
	Participants []participantView
}

type participantView struct {
	Name  string
	ID    string
	Own   string
	Short string
}

type messageView struct {
	Key      string
	ID       string
	At       moment
	Topic    string // of its thread, if messages of all threads are shown
	From     string // "" in a system message
	Text     string
	HTML     bool // sent as HTML; the page shows the source
	Edited   bool
	Deleted  bool
	Metadata []string
}

// said is a message and its thread.
type said struct {
	chat.Message

	thread chat.ThreadItem
}

func (m said) key() string { return m.thread.ID + "/" + m.ID }

// viewMessages returns the messages of the selected thread or else of the one with the latest message. A search, or a user, without a
// thread is looked for in all of them.
func (p *page) viewMessages(g selection, threads []chat.ThreadItem, current string) messagesView {
	sought, user := searchOf(g, messageSearch), g.get(chosenUser)
	v := messagesView{Searched: sought != "" || user != "", Thread: p.viewThread(g, threads, current)}
	v.AllThreads = v.Searched && g.get(chosenThread) == ""
	if !v.AllThreads {
		threads = slices.DeleteFunc(slices.Clone(threads), func(t chat.ThreadItem) bool { return t.ID != current })
	}
	var all []said
	names := map[string]string{}
	for _, t := range threads {
		for _, member := range p.service.Participants(t.ID) {
			if member.DisplayName != "" {
				names[rawID(member.Identifier)] = p.safe(member.DisplayName)
			}
		}
		for _, m := range p.service.Messages(t.ID) {
			if m.SenderDisplayName != "" && names[rawID(m.Sender)] == "" { // a message may have a name that the participant has not
				names[rawID(m.Sender)] = p.safe(m.SenderDisplayName)
			}
			switch {
			case user != "" && rawID(m.Sender) != user:
			case sought.in(m.Content.Message, m.Content.Topic, m.SenderDisplayName, names[rawID(m.Sender)], m.ID, rawID(m.Sender)), sought.inMetadata(m):
				all = append(all, said{m, t})
			}
		}
	}
	slices.Reverse(all)
	if v.AllThreads {
		// Ids are times in milliseconds, those of messages have whole seconds.
		slices.SortStableFunc(all, func(a, b said) int { return cmp.Or(len(b.ID)-len(a.ID), strings.Compare(b.ID, a.ID)) })
	}
	now := p.service.Now()
	list := pageOf(g, paging[said]{"messages", messagesFrom, messagesPage, said.key}, all)
	v.rows = shownAs(list, func(m said) messageView { return p.viewMessage(m, v.AllThreads, names, now) })
	return v
}

func (s search) inMetadata(m chat.Message) bool {
	for key, value := range m.Metadata {
		if s.in(key + " = " + value) {
			return true
		}
	}
	return false
}

// viewThread describes the thread whose messages are shown.
func (p *page) viewThread(g selection, threads []chat.ThreadItem, id string) threadView {
	v := threadView{ID: id, Follows: g.get(chosenThread) == "", FollowLink: g.narrowed(chosenThread, "").link("messages")}
	at := slices.IndexFunc(threads, func(t chat.ThreadItem) bool { return t.ID == id })
	if at < 0 {
		v.Unknown = id != ""
		return v
	}
	v.Topic, v.Deleted = p.safe(threads[at].Topic), !threads[at].DeletedOn.IsZero()
	for _, member := range p.service.Participants(id) {
		raw := rawID(member.Identifier)
		v.Participants = append(v.Participants, participantView{p.safe(member.DisplayName), raw, ownPart(raw), shortID(raw)})
	}
	return v
}

// lastWritten returns the thread with the latest message, or else the latest thread. Typing, receipts and changes of a topic do not count.
func lastWritten(threads []chat.ThreadItem, requests []chattest.Request) string {
	if len(threads) == 0 {
		return ""
	}
	for _, q := range slices.Backward(requests) {
		switch {
		case q.Status != http.StatusCreated:
		case q.Operation == chattest.CreateChatThread:
			return threads[0].ID
		case q.Operation == chattest.SendChatMessage:
			return threadOf(q)
		}
	}
	return threads[0].ID
}

func (p *page) viewMessage(m said, withTopic bool, names map[string]string, now time.Time) messageView {
	v := messageView{
		Key: m.key(), ID: m.ID, At: momentOf(m.CreatedOn, now, time.TimeOnly), HTML: m.Type == chat.MessageTypeHTML,
		Edited: !m.EditedOn.IsZero(), Deleted: !m.DeletedOn.IsZero(),
	}
	if withTopic {
		v.Topic = cmp.Or(p.safe(m.thread.Topic), "(no topic)")
	}
	who := func(i chat.Identifier, name string) string {
		id := rawID(i)
		return cmp.Or(p.safe(name), names[id], shortID(id))
	}
	for _, key := range slices.Sorted(maps.Keys(m.Metadata)) {
		v.Metadata = append(v.Metadata, p.safe(key+" = "+m.Metadata[key]))
	}
	var people []string
	for _, member := range m.Content.Participants {
		people = append(people, who(member.Identifier, member.DisplayName))
	}
	switch by := who(m.Content.Initiator, ""); m.Type {
	case chat.MessageTypeTopicUpdated:
		v.Text = by + " set the topic to “" + p.safe(m.Content.Topic) + "”"
	case chat.MessageTypeParticipantAdded:
		v.Text = by + " added " + strings.Join(people, ", ")
	case chat.MessageTypeParticipantRemoved:
		v.Text = by + " removed " + strings.Join(people, ", ")
	default:
		v.From, v.Text = who(m.Sender, m.SenderDisplayName), p.safe(m.Content.Message)
	}
	return v
}

// rawID returns "" for nil.
func rawID(i chat.Identifier) string {
	if i == nil {
		return ""
	}
	return i.RawID()
}

// shortID returns the end of an id, where the users of a resource differ.
func shortID(id string) string {
	const shown = 14
	if len(id) <= shown {
		return cmp.Or(id, "unknown")
	}
	return "…" + id[len(id)-shown:]
}
