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

// maxShownMessages is the most messages of a thread that the page shows.
const maxShownMessages = 100

// threadView is a thread, its participants and its latest messages, the latest first.
type threadView struct {
	ID           string // "" if there is no thread
	Unknown      bool   // no thread has the selected id
	Topic        string
	Deleted      bool
	Follows      bool // it is the thread with the latest message
	FollowLink   string
	Participants []participantView
	Messages     []messageView
	Earlier      int
}

type participantView struct {
	Name string
	ID   string
}

type messageView struct {
	ID       string
	At       moment
	From     string // "" in a system message
	Text     string
	HTML     bool // sent as HTML; the page shows the source
	Edited   bool
	Deleted  bool
	Metadata []string
}

// viewThread returns the selected thread, or else the one with the latest message.
func (p *page) viewThread(g selection, threads []chat.ThreadProperties, requests []chattest.Request) threadView {
	id := g.thread
	if id == "" {
		id = lastWritten(threads, requests)
	}
	v := threadView{ID: id, Follows: g.thread == "", FollowLink: "/" + selection{failed: g.failed}.Query()}
	at := slices.IndexFunc(threads, func(t chat.ThreadProperties) bool { return t.ID == id })
	if at < 0 {
		v.Unknown = id != ""
		return v
	}
	v.Topic, v.Deleted = p.safe(threads[at].Topic), !threads[at].DeletedOn.IsZero()
	names := map[string]string{}
	for _, member := range p.service.Participants(id) {
		who := participantView{Name: p.safe(member.DisplayName), ID: rawID(member.Identifier)}
		v.Participants = append(v.Participants, who)
		names[who.ID] = who.Name
	}
	messages := p.service.Messages(id)
	v.Earlier = max(0, len(messages)-maxShownMessages)
	for _, m := range messages[v.Earlier:] { // a message may have a name that the participant has not
		if id := rawID(m.Sender); names[id] == "" {
			names[id] = p.safe(m.SenderDisplayName)
		}
	}
	now := p.service.Now()
	for _, m := range slices.Backward(messages[v.Earlier:]) {
		v.Messages = append(v.Messages, p.viewMessage(m, names, now))
	}
	return v
}

// lastWritten returns the thread with the latest message, or else the newest thread.
func lastWritten(threads []chat.ThreadProperties, requests []chattest.Request) string {
	if len(threads) == 0 {
		return ""
	}
	for _, q := range slices.Backward(requests) {
		switch {
		case q.Status != http.StatusCreated:
		case q.Operation == chattest.CreateChatThread:
			return threads[len(threads)-1].ID
		case q.Operation == chattest.SendChatMessage:
			id, _, _ := strings.Cut(strings.TrimPrefix(q.Path, "/chat/threads/"), "/")
			return id
		}
	}
	return threads[len(threads)-1].ID
}

func (p *page) viewMessage(m chat.Message, names map[string]string, now time.Time) messageView {
	v := messageView{
		ID: m.ID, At: momentOf(m.CreatedOn, now, time.TimeOnly), HTML: m.Type == chat.MessageTypeHTML,
		Edited: !m.EditedOn.IsZero(), Deleted: !m.DeletedOn.IsZero(),
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
