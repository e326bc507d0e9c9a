package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/input"
)

// The formats of a file of messages.
const (
	formatOfLines   = "lines"
	formatOfObjects = "jsonl"
)

// draft is a message in a file.
type draft struct {
	line    int // in the file
	content string
	options chat.SendMessageOptions
}

// drafts reads the messages of a file one by one. Blank lines are ignored. With an error, line is that of an invalid message, and
// the next one follows; or 0 if the file cannot be read.
func (s *sending) drafts(ctx context.Context, r io.Reader) iter.Seq2[draft, error] {
	objects := s.format == formatOfObjects || s.format == "" && (strings.HasSuffix(s.from, ".jsonl") || strings.HasSuffix(s.from, ".ndjson"))
	return func(yield func(draft, error) bool) {
		number, isFirst := 0, true
		for line, err := range input.Lines(ctx, s.from, r) {
			if err != nil {
				yield(draft{}, err)
				return
			}
			if number++; strings.TrimSpace(line) == "" {
				continue
			}
			d := draft{content: line}
			switch {
			case !utf8.ValidString(line):
				err = input.ErrNotUTF8
			case objects:
				d, err = parseObject(line)
			case s.format == "" && isFirst && isJSON(line):
				err = errJSON
			case s.format == "" && isTable(s.from):
				err = errTable
			}
			d.line, isFirst = number, false
			s.complement(&d)
			if !yield(d, err) || errors.Is(err, errJSON) || errors.Is(err, errTable) {
				return
			}
		}
	}
}

// errJSON rejects a file of JSON that would be sent as text.
var errJSON = errors.New("this is JSON: send its objects with --from-format jsonl, or the lines as text with --from-format lines")

// errTable rejects a file of a spreadsheet, whose header would be sent as a message.
var errTable = errors.New("this is a table: send its rows as text with --from-format lines")

// isTable reports whether the name of a file is that of a table.
func isTable(file string) bool {
	extension := strings.ToLower(filepath.Ext(file))
	return extension == ".csv" || extension == ".tsv"
}

// isJSON reports whether a line is an object, or begins an array or an object of several lines.
func isJSON(line string) bool {
	line = strings.TrimSpace(line)
	return line == "[" || line == "{" || strings.HasPrefix(line, "{") && jsontext.Value(line).IsValid() || strings.HasPrefix(line, "[{")
}

// reasonOf returns why a line is not an object of a message.
func reasonOf(err error) string {
	wrong, ok := errors.AsType[*json.SemanticError](err)
	switch {
	case !ok:
		return strings.TrimPrefix(err.Error(), "jsontext: ")
	case errors.Is(err, json.ErrUnknownName):
		return fmt.Sprintf("unknown field %q", wrong.JSONPointer.LastToken())
	}
	return cmp.Or(string(wrong.JSONPointer), "the line") + " has the wrong type"
}

// parseObject reads the request body of sending a message.
func parseObject(line string) (d draft, err error) {
	var body struct {
		Content           string            `json:"content"`
		Type              chat.MessageType  `json:"type"`
		SenderDisplayName string            `json:"senderDisplayName"`
		Metadata          map[string]string `json:"metadata"`
	}
	// The strict decoder rejects two values of one name, of which only one could be sent, and text that is not Unicode.
	if err := json.Unmarshal([]byte(line), &body, json.RejectUnknownMembers(true), json.MatchCaseInsensitiveNames(true)); err != nil {
		return d, fmt.Errorf("not an object with content, type, senderDisplayName and metadata: %s", reasonOf(err))
	}
	switch {
	case body.Content == "":
		return d, errors.New("there is no content")
	case body.Type != "" && body.Type != chat.MessageTypeText && body.Type != chat.MessageTypeHTML:
		return d, fmt.Errorf("type %q is not text or html", body.Type)
	}
	return draft{content: body.Content, options: chat.SendMessageOptions{
		Type: body.Type, SenderDisplayName: body.SenderDisplayName, Metadata: body.Metadata,
	}}, nil
}

// complement applies the flags to what the line leaves open.
func (s *sending) complement(d *draft) {
	if d.options.Type == "" {
		d.options.Type = chat.MessageType(s.messageType)
	}
	if d.options.SenderDisplayName == "" {
		d.options.SenderDisplayName = s.displayName
	}
	if d.options.Metadata == nil {
		d.options.Metadata = s.metadata.Pairs
	}
}
