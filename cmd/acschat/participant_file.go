package main

import (
	"context"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/cli"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/flags"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/input"
)

// parseParticipant reads USER or USER=NAME.
func parseParticipant(text string) (chat.Participant, error) {
	if !utf8.ValidString(text) {
		return chat.Participant{}, cli.Misuse("%q is not UTF-8", text)
	}
	id, name, _ := strings.Cut(text, "=")
	who, err := parseIdentifier(id)
	return chat.Participant{Identifier: who, DisplayName: name}, err
}

// parseIdentifier reads a raw id. Unknown kinds are accepted: the service may know them.
func parseIdentifier(text string) (chat.Identifier, error) {
	id := chat.ParseRawID(strings.TrimSpace(text))
	if _, unknown := id.(chat.UnknownIdentifier); unknown && !strings.Contains(text, ":") {
		return nil, cli.Misuse("%q is not a raw id, such as 8:acs:…", text)
	}
	return id, nil
}

// maxPeople exceeds the size of any file of participants: a thread holds 250.
const maxPeople = 4 << 20

// readParticipants reads CSV: id, display name, and since when the history is shared. The separator is a comma, a semicolon or a tab.
func readParticipants(ctx context.Context, file string, stdin io.Reader) ([]chat.Participant, error) {
	text, err := input.Read(ctx, file, stdin, maxPeople)
	if err != nil {
		return nil, err
	}
	separator, text := separatorOf(text)
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.Comment, r.FieldsPerRecord = separator, '#', -1
	r.TrimLeadingSpace = separator != '\t' // it would trim the separator too
	var people []chat.Participant
	columns := []string{"id", "displayname", "sharehistorytime"}
	bad := input.BadRows{File: file}
	for first := true; ; first = false {
		fields, err := r.Read()
		if errors.Is(err, io.EOF) {
			return people, bad.Err()
		}
		if err != nil {
			return nil, cli.Misuse("%s: %v", input.Name(file), err)
		}
		if first && isHead(fields) {
			columns = fields
			continue
		}
		p, err := participantOf(columns, fields)
		if line, _ := r.FieldPos(0); err != nil && !bad.Add(line, err) {
			return nil, bad.Err()
		}
		people = append(people, p)
	}
}

// separatorOf returns the first separator in the text; spreadsheets in many locales write semicolons. Excel may name it in a line of
// its own, which is blanked.
func separatorOf(text string) (rune, string) {
	if named, ok := strings.CutPrefix(text, "sep="); ok && len(named) > 0 {
		_, rest, _ := strings.Cut(named, "\n")
		return rune(named[0]), "\n" + rest
	}
	quoted := false // also a line break may be
	for line := range strings.Lines(text) {
		if !quoted && strings.HasPrefix(line, "#") {
			continue
		}
		for _, r := range line {
			switch {
			case r == '"':
				quoted = !quoted
			case !quoted && strings.ContainsRune(",;\t", r):
				return r, text
			}
		}
	}
	return ',', text
}

// isHead reports whether the fields are titles: one of them is that of the id, and none is an id, which has a colon.
func isHead(fields []string) bool {
	return slices.ContainsFunc(fields, func(field string) bool { return columnName(field) == "id" }) &&
		!slices.ContainsFunc(fields, func(field string) bool { return strings.Contains(field, ":") })
}

// columnName returns the meaning of a title.
func columnName(title string) string {
	name := strings.ToLower(strings.NewReplacer(" ", "", "_", "", "-", "").Replace(title))
	switch name {
	case "id", "rawid", "user", "userid", "participant", "identifier", "communicationidentifier":
		return "id"
	case "displayname", "name":
		return "name"
	case "sharehistorytime", "starttime", "since":
		return "since"
	}
	return name
}

func participantOf(columns, fields []string) (chat.Participant, error) {
	var p chat.Participant
	for i, field := range fields {
		field = strings.TrimSpace(field)
		if i >= len(columns) || field == "" {
			continue
		}
		switch columnName(columns[i]) {
		case "id":
			id, err := parseIdentifier(field)
			if err != nil {
				return p, err
			}
			p.Identifier = id
		case "name":
			p.DisplayName = field
		case "since":
			var since flags.Time
			if err := since.Set(field); err != nil {
				return p, cli.Misuse("%q %v", field, err)
			}
			p.ShareHistoryTime = since.Time
		}
	}
	if p.Identifier == nil {
		return p, cli.Misuse("there is no id")
	}
	return p, nil
}
