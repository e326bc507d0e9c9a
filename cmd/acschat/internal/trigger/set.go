package trigger

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/events"
)

// Set changes a member of the data of an event, or its id or subject. A path names members of members: "metadata.key". Identifiers may be
// given as raw ids, and under the names that they had before: senderId for senderCommunicationIdentifier. The event stays well-formed: what
// follows from the member, such as the subject, changes with it.
func Set(event events.Event, path, value string) (events.Event, error) {
	h := event.EventHeader()
	switch {
	case path == "id" && value != "":
		h.ID = value
		return events.WithHeader(event, h), nil
	case path == "subject" && value != "":
		h.Subject = value
		return events.WithHeader(event, h), nil
	case path == "id" || path == "subject":
		return nil, fmt.Errorf("%s must not be empty", path)
	}
	envelope, data, err := members(event)
	if err != nil {
		return nil, err
	}
	if err := setIn(data, strings.Split(current(data, path), "."), value); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	envelope["subject"] = h.Subject
	body, err := json.Marshal(envelope)
	if err != nil {
		return nil, err
	}
	list, err := events.Parse(body)
	if err != nil {
		return nil, err
	}
	if list[0].Kind() == events.KindUnknown {
		return nil, fmt.Errorf("%s: %q does not make a well-formed event", path, value)
	}
	changed := list[0].EventHeader()
	if changed.Recipient == nil && h.Recipient != nil { // the subject alone has the one of a bot command
		changed.Recipient = h.Recipient
		return events.WithHeader(list[0], changed), nil
	}
	return list[0], nil
}

// members returns an event in the schema of Event Grid, and its data.
func members(event events.Event) (envelope, data map[string]any, err error) {
	body, err := events.Format(events.SchemaEventGrid, Topic, event)
	if err != nil {
		return nil, nil, err
	}
	var list []map[string]any
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	if err := decoder.Decode(&list); err != nil {
		return nil, nil, err
	}
	data, _ = list[0]["data"].(map[string]any)
	for name := range data {
		delete(data, former(name)) // or it would stand for the identifier
	}
	delete(data, "members")
	return list[0], data, nil
}

// former is the name that an identifier had before.
func former(identifier string) string {
	name, ok := strings.CutSuffix(identifier, "CommunicationIdentifier")
	switch {
	case !ok:
		return ""
	case name == "sender" || name == "recipient":
		return name + "Id"
	}
	return name
}

// current is the name that a member has now.
func current(data map[string]any, path string) string {
	for name := range data {
		if former(name) == path && path != "" {
			return name
		}
	}
	return path
}

// setIn sets a member to a value of its type.
func setIn(data map[string]any, path []string, value string) error {
	old, found := data[path[0]]
	if !found {
		return fmt.Errorf("there is no such member: there are %s", strings.Join(slices.Sorted(maps.Keys(data)), ", "))
	}
	if len(path) > 1 {
		inner, ok := old.(map[string]any)
		if !ok {
			return fmt.Errorf("%s has no members", path[0])
		}
		if name := strings.Join(path[1:], "."); path[0] == "metadata" {
			inner[name] = value
			return nil
		}
		return setIn(inner, path[1:], value)
	}
	converted, err := valueLike(old, value)
	if err != nil {
		return err
	}
	data[path[0]] = converted
	return nil
}

// valueLike reads a value that replaces another one.
func valueLike(old any, value string) (any, error) {
	switch old := old.(type) {
	case string:
		if isTime(old) && !isTime(value) {
			return nil, errors.New(`it must be a time such as "2026-11-03T09:20:02.337Z"`)
		}
		return value, nil
	case map[string]any:
		if _, identifier := old["rawId"]; identifier && !strings.HasPrefix(value, "{") {
			if value == "" {
				return nil, errors.New("it must be a raw id")
			}
			return chat.ParseRawID(value), nil
		}
	}
	var read any
	decoder := json.NewDecoder(strings.NewReader(value))
	decoder.UseNumber()
	if err := decoder.Decode(&read); err != nil || fmt.Sprintf("%T", read) != fmt.Sprintf("%T", old) {
		return nil, fmt.Errorf("it must be JSON like %s", compact(old))
	}
	return read, nil
}

func isTime(text string) bool {
	_, err := time.Parse(time.RFC3339, text)
	return err == nil
}

func compact(value any) string {
	text, _ := json.Marshal(value) // which was decoded from JSON
	return string(text)
}
