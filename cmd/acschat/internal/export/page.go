package export

import (
	"bufio"
	"cmp"
	_ "embed"
	"encoding/json"
	"errors"
	"html/template"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/follow"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/harmless"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/show"
)

// pageTemplate is for html/template, which escapes the text of messages.
//
//go:embed page.html
var pageTemplate string

// writePage writes the page from the files, the oldest message first. It keeps the offsets of the messages in memory, not their text.
func (x *Export) writePage() (err error) {
	page, err := template.New("").Parse(pageTemplate)
	if err != nil {
		return err
	}
	out, err := os.OpenFile(x.path(pageFile+partSuffix), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Sync(), out.Close()) }()
	w := bufio.NewWriter(out)
	people := pagePeople{}
	head, err := x.pageHead(people)
	if err != nil {
		return err
	}
	if err := page.ExecuteTemplate(w, "head", head); err != nil {
		return err
	}
	day := ""
	err = x.inOrder(func(m chat.Message) error {
		shown := people.show(m)
		shown.Day = m.CreatedOn.UTC().Format("Monday, 2 January 2006")
		if shown.Day == day {
			shown.Day = ""
		} else {
			day = shown.Day
		}
		return page.ExecuteTemplate(w, "message", shown)
	})
	if err != nil {
		return err
	}
	if err := page.ExecuteTemplate(w, "foot", nil); err != nil {
		return err
	}
	return w.Flush()
}

// pageHead is shown above the messages.
type pageHead struct {
	ID, Topic, Created, By string
	People                 []string
	Receipts               []pageReceipt
}

type pageReceipt struct{ Who, Message, On string }

// pageHead reads the head, and the names of the people.
func (x *Export) pageHead(people pagePeople) (h pageHead, err error) {
	err = eachObject(x, participantsFile, func(p chat.Participant) {
		if p.Identifier != nil && p.DisplayName != "" {
			people[p.Identifier.RawID()] = p.DisplayName
		}
		h.People = append(h.People, people.name(p.Identifier))
	})
	if err == nil {
		err = eachObject(x, threadFile, func(t chat.ThreadProperties) {
			h.ID, h.Topic = t.ID, harmless.Line(cmp.Or(t.Topic, "A thread without a topic"))
			h.Created, h.By = pageTime(t.CreatedOn), people.name(t.CreatedBy)
		})
	}
	if err == nil {
		err = eachObject(x, receiptsFile, func(r chat.ReadReceipt) {
			h.Receipts = append(h.Receipts, pageReceipt{people.name(r.Sender), r.MessageID, pageTime(r.ReadOn)})
		})
	}
	return h, err
}

// pageTime formats a time in UTC, so that the page is the same everywhere.
func pageTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04:05 UTC")
}

// pageMessage is a message on the page.
type pageMessage struct {
	Day                               string // if it differs from the previous message
	ID, Time, Who, State, Class, Text string
}

// pagePeople has display names by raw id.
type pagePeople map[string]string

func (p pagePeople) name(id chat.Identifier) string {
	if id == nil {
		return ""
	}
	return harmless.Line(cmp.Or(p[id.RawID()], show.ShortID(id)))
}

func (p pagePeople) show(m chat.Message) pageMessage {
	shown := pageMessage{ID: "m" + m.ID, Time: m.CreatedOn.UTC().Format(time.TimeOnly), Who: p.name(cmp.Or(m.Sender, m.Content.Initiator))}
	if m.SenderDisplayName != "" {
		shown.Who = harmless.Line(m.SenderDisplayName)
	}
	switch {
	case !m.DeletedOn.IsZero():
		shown.State, shown.Class, shown.Text = "deleted "+pageTime(m.DeletedOn), "deleted", "This message was deleted."
		return shown
	case !m.EditedOn.IsZero():
		shown.State = "edited " + pageTime(m.EditedOn)
	}
	shown.Text, shown.Class = p.says(m)
	shown.Text = harmless.Text(shown.Text)
	return shown
}

// says returns the text of a message, and its CSS class.
func (p pagePeople) says(m chat.Message) (text, class string) {
	switch m.Type {
	case chat.MessageTypeTopicUpdated:
		return "set the topic to “" + m.Content.Topic + "”", "system"
	case chat.MessageTypeParticipantAdded:
		return "added " + p.names(m.Content.Participants), "system"
	case chat.MessageTypeParticipantRemoved:
		return "removed " + p.names(m.Content.Participants), "system"
	case chat.MessageTypeHTML:
		text = harmless.HTML(m.Content.Message)
	default:
		text = m.Content.Message
	}
	for _, a := range m.Content.Attachments {
		text += "\n[" + string(a.Type) + " " + a.Name + "]"
	}
	return text, ""
}

func (p pagePeople) names(people []chat.Participant) string {
	var names []string
	for _, person := range people {
		names = append(names, cmp.Or(person.DisplayName, p.name(person.Identifier)))
	}
	return strings.Join(names, ", ")
}

// inOrder calls f with the messages in the order they were sent.
func (x *Export) inOrder(f func(chat.Message) error) error {
	file, err := x.openPart(messagesFile)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // it was read
	type place struct{ id, at, length int64 }
	var places []place
	err = eachLine(file, func(at int64, line []byte) error {
		var m struct {
			ID string `json:"id"`
		}
		err := json.Unmarshal(line, &m)
		places = append(places, place{follow.Number(m.ID), at, int64(len(line))})
		return err
	})
	if err != nil {
		return err
	}
	slices.SortStableFunc(places, func(a, b place) int { return cmp.Compare(a.id, b.id) })
	for _, p := range places {
		var m chat.Message
		if err := json.NewDecoder(io.NewSectionReader(file, p.at, p.length)).Decode(&m); err != nil {
			return err
		}
		if err := f(m); err != nil {
			return err
		}
	}
	return nil
}

// eachObject calls f with each object of a file.
func eachObject[T any](x *Export, name string, f func(T)) error {
	file, err := x.openPart(name)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // it was read
	return eachLine(file, func(_ int64, line []byte) error {
		var thing T
		if err := json.Unmarshal(line, &thing); err != nil {
			return err
		}
		f(thing)
		return nil
	})
}
