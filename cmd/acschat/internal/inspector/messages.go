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

// maxShownMessages is how many messages of a thread the page shows.
const maxShownMessages = 100

// threadView is one thread: who is in it, and what was said last, the latest first.
type threadView struct {
	ID           string // empty: there is no thread
	Unknown      bool   // there is none with the id that was asked for
	Topic        string
	Deleted      bool
	Follows      bool // it is the thread that was last written to
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
	From     string // empty in a message of the service
	Text     string
	HTML     bool // it was sent as HTML; the page shows what was written, as it was written
	Edited   bool
	Deleted  bool
	Metadata []string
}

// lookAtThread looks at the thread that was asked for or, when none was, at the one that was last written to.
func (p *page) lookAtThread(g gaze, threads []chat.ThreadProperties, requests []chattest.Request) threadView {
	id := g.thread
	if id == "" {
		id = lastWritten(threads, requests)
	}
	v := threadView{ID: id, Follows: g.thread == "", FollowLink: "/" + gaze{failed: g.failed}.Query()}
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
	for _, m := range messages[v.Earlier:] { // who joined without a name may have sent one
		if id := rawID(m.Sender); names[id] == "" {
			names[id] = p.safe(m.SenderDisplayName)
		}
	}
	now := p.service.Now()
	for _, m := range slices.Backward(messages[v.Earlier:]) {
		v.Messages = append(v.Messages, p.lookAtMessage(m, names, now))
	}
	return v
}

// lastWritten is the thread that the latest message was sent to, or else the newest one.
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

func (p *page) lookAtMessage(m chat.Message, names map[string]string, now time.Time) messageView {
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

// rawID is empty for nobody.
func rawID(i chat.Identifier) string {
	if i == nil {
		return ""
	}
	return i.RawID()
}

// shortID is the end of an id, where those of a resource differ.
func shortID(id string) string {
	const shown = 14
	if len(id) <= shown {
		return cmp.Or(id, "somebody")
	}
	return "…" + id[len(id)-shown:]
}
