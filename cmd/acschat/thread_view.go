package main

import (
	"fmt"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/show"
)

func threadItemView() show.View[chat.ThreadItem] {
	return show.View[chat.ThreadItem]{
		Columns: []show.Column[chat.ThreadItem]{
			{Title: "THREAD", Text: func(t chat.ThreadItem) string { return t.ID }},
			{Title: "LAST MESSAGE", Text: func(t chat.ThreadItem) string { return show.Time(t.LastMessageReceivedOn) }},
			{Title: "DELETED", Text: func(t chat.ThreadItem) string { return show.Time(t.DeletedOn) }},
			{Title: "TOPIC", Text: func(t chat.ThreadItem) string { return t.Topic }, Loose: true},
		},
	}
}

func threadView() show.View[chat.ThreadProperties] {
	return show.View[chat.ThreadProperties]{
		Columns: []show.Column[chat.ThreadProperties]{
			{Title: "Thread", Text: func(t chat.ThreadProperties) string { return t.ID }},
			{Title: "Topic", Text: func(t chat.ThreadProperties) string { return t.Topic }},
			{Title: "Created", Text: func(t chat.ThreadProperties) string { return show.Time(t.CreatedOn) }},
			{Title: "By", Text: func(t chat.ThreadProperties) string { return show.RawID(t.CreatedBy) }},
			{Title: "Deleted", Text: func(t chat.ThreadProperties) string { return show.Time(t.DeletedOn) }},
			{Title: "Retention", Text: func(t chat.ThreadProperties) string { return retention(t.Retention) }},
			{Title: "Metadata", Text: func(t chat.ThreadProperties) string { return show.Metadata(t.Metadata) }},
		},
	}
}

// createdView shows a thread and, for programs, the participants that were not added.
func createdView() show.View[chat.CreateThreadResult] {
	var v show.View[chat.CreateThreadResult]
	for _, c := range threadView().Columns {
		v.Columns = append(v.Columns, show.Column[chat.CreateThreadResult]{
			Title: c.Title, Text: func(r chat.CreateThreadResult) string { return c.Text(r.Thread) },
		})
	}
	return v
}

func retention(p chat.RetentionPolicy) string {
	switch p.Kind {
	case "", chat.RetentionKindNone:
		return "none"
	case chat.RetentionKindThreadCreationDate:
		return fmt.Sprintf("deleted %d days after its creation", p.DeleteThreadAfterDays)
	}
	return string(p.Kind)
}
