package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/acschat/acs-chat-go/chat"
)

func threadItemView() view[chat.ThreadItem] {
	return view[chat.ThreadItem]{
		columns: []column[chat.ThreadItem]{
			{title: "THREAD", text: func(t chat.ThreadItem) string { return t.ID }},
			{title: "LAST MESSAGE", text: func(t chat.ThreadItem) string { return moment(t.LastMessageReceivedOn) }},
			{title: "DELETED", text: func(t chat.ThreadItem) string { return moment(t.DeletedOn) }},
			{title: "TOPIC", text: func(t chat.ThreadItem) string { return t.Topic }, loose: true},
		},
		wire: func(t chat.ThreadItem) any { return toWireThreadItem(t) },
	}
}

func threadView() view[chat.ThreadProperties] {
	return view[chat.ThreadProperties]{
		columns: []column[chat.ThreadProperties]{
			{title: "Thread", text: func(t chat.ThreadProperties) string { return t.ID }},
			{title: "Topic", text: func(t chat.ThreadProperties) string { return t.Topic }},
			{title: "Created", text: func(t chat.ThreadProperties) string { return moment(t.CreatedOn) }},
			{title: "By", text: func(t chat.ThreadProperties) string { return rawID(t.CreatedBy) }},
			{title: "Deleted", text: func(t chat.ThreadProperties) string { return moment(t.DeletedOn) }},
			{title: "Retention", text: func(t chat.ThreadProperties) string { return retention(t.Retention) }},
			{title: "Metadata", text: func(t chat.ThreadProperties) string { return metadata(t.Metadata) }},
		},
		wire: func(t chat.ThreadProperties) any { return toWireThread(t) },
	}
}

// createdView is that of a thread and, for programs, of who is not in it.
func createdView() view[chat.CreateThreadResult] {
	v := view[chat.CreateThreadResult]{wire: func(r chat.CreateThreadResult) any {
		return wireCreated{toWireThread(r.Thread), toWireErrors(r.Failed)}
	}}
	for _, c := range threadView().columns {
		v.columns = append(v.columns, column[chat.CreateThreadResult]{
			title: c.title, text: func(r chat.CreateThreadResult) string { return c.text(r.Thread) },
		})
	}
	return v
}

// moment is a time on the clock of whoever reads it, empty for none.
func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Local().Format(time.DateTime)
}

func retention(p chat.RetentionPolicy) string {
	switch p.Kind {
	case "", chat.RetentionKindNone:
		return "none: the thread is kept"
	case chat.RetentionKindThreadCreationDate:
		return fmt.Sprintf("deleted %d days after its creation", p.DeleteThreadAfterDays)
	}
	return string(p.Kind)
}

// metadata is one pair a line, by key.
func metadata(pairs map[string]string) string {
	var lines []string
	for _, key := range slices.Sorted(maps.Keys(pairs)) {
		lines = append(lines, key+"="+pairs[key])
	}
	return strings.Join(lines, "\n")
}

func rawID(id chat.Identifier) string {
	if id == nil {
		return ""
	}
	return id.RawID()
}
