package events

import (
	"cmp"
	"strings"
)

// EventType is a type of the events that Event Grid delivers for chat.
type EventType struct {
	// Name is the name in Event Grid, such as "Microsoft.Communication.ChatMessageReceived".
	Name string
	// Kind is the kind of the events of this type. Most kinds have two types, one of each level.
	Kind Kind
	// Level is empty for KindUserDisconnected only.
	Level Level
}

// ShortName returns the name without the prefix that all types have.
func (t EventType) ShortName() string { return strings.TrimPrefix(t.Name, typePrefix) }

const typePrefix = "Microsoft.Communication."

// EventTypes returns the 18 types of chat events that Event Grid has, and that of [UserDisconnected]. Events of other types are [Unknown].
//
// The names are those of Microsoft's documentation and of the models in its SDKs.
func EventTypes() []EventType {
	return []EventType{
		{typePrefix + "ChatMessageReceived", KindMessageReceived, LevelUser},
		{typePrefix + "ChatMessageEdited", KindMessageEdited, LevelUser},
		{typePrefix + "ChatMessageDeleted", KindMessageDeleted, LevelUser},
		{typePrefix + "ChatThreadCreatedWithUser", KindThreadCreated, LevelUser},
		{typePrefix + "ChatThreadPropertiesUpdatedPerUser", KindThreadPropertiesUpdated, LevelUser},
		{typePrefix + "ChatThreadWithUserDeleted", KindThreadDeleted, LevelUser},
		{typePrefix + "ChatParticipantAddedToThreadWithUser", KindParticipantsAdded, LevelUser},
		{typePrefix + "ChatParticipantRemovedFromThreadWithUser", KindParticipantsRemoved, LevelUser},

		{typePrefix + "ChatMessageReceivedInThread", KindMessageReceived, LevelThread},
		{typePrefix + "ChatMessageEditedInThread", KindMessageEdited, LevelThread},
		{typePrefix + "ChatMessageDeletedInThread", KindMessageDeleted, LevelThread},
		{typePrefix + "ChatTypingIndicatorReceivedInThread", KindTypingIndicatorReceived, LevelThread},
		{typePrefix + "ChatThreadCreated", KindThreadCreated, LevelThread},
		{typePrefix + "ChatThreadPropertiesUpdated", KindThreadPropertiesUpdated, LevelThread},
		{typePrefix + "ChatThreadDeleted", KindThreadDeleted, LevelThread},
		{typePrefix + "ChatThreadParticipantAdded", KindParticipantsAdded, LevelThread},
		{typePrefix + "ChatThreadParticipantRemoved", KindParticipantsRemoved, LevelThread},
		{typePrefix + "ChatAzureBotCommandReceivedInThread", KindBotCommandReceived, LevelThread},

		{typePrefix + "UserDisconnected", KindUserDisconnected, ""},
	}
}

// TypeOf returns the type of an event in Event Grid. An event without a level has the type of [LevelThread]. ok is false if Event Grid has
// no such type: there is none for read receipts, gaps and unknown events, and none of [LevelUser] for typing and bot commands.
func TypeOf(event Event) (t EventType, ok bool) {
	level := cmp.Or(event.EventHeader().Level, LevelThread)
	for _, t := range EventTypes() {
		if t.Kind == event.Kind() && (t.Level == level || t.Kind == KindUserDisconnected) {
			return t, true
		}
	}
	return EventType{}, false
}

// FindEventType returns the type with a name, with or without its prefix and in any letter case. It reports false if there is none.
func FindEventType(name string) (t EventType, ok bool) {
	for _, t := range EventTypes() {
		if strings.EqualFold(t.Name, name) || strings.EqualFold(t.ShortName(), name) {
			return t, true
		}
	}
	return EventType{}, false
}

// typeNamed finds the type of an event that was received, by its whole name, in any letter case.
func typeNamed(name string) (t EventType, ok bool) {
	for _, t := range EventTypes() {
		if strings.EqualFold(t.Name, name) {
			return t, true
		}
	}
	return EventType{}, false
}
