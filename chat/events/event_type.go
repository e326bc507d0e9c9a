package events

import "cmp"

// EventType is a type of the events that Event Grid delivers for chat.
type EventType struct {
	// Name is the name in Event Grid, such as "Microsoft.Communication.ChatMessageReceived".
	Name string
	// Kind is the kind of the events of this type. Most kinds have two types, one of each level.
	Kind Kind
	// Level is empty for KindUserDisconnected only.
	Level Level
}

const typePrefix = "Microsoft.Communication."

// EventTypes returns the 18 types of chat events that Event Grid has, and that of [UserDisconnected]. Events of other types are [Unknown].
//
// The names are those of Microsoft's documentation and of the models in its SDKs.
func EventTypes() []EventType {
	types := []EventType{
		{"ChatMessageReceived", KindMessageReceived, LevelUser},
		{"ChatMessageEdited", KindMessageEdited, LevelUser},
		{"ChatMessageDeleted", KindMessageDeleted, LevelUser},
		{"ChatThreadCreatedWithUser", KindThreadCreated, LevelUser},
		{"ChatThreadPropertiesUpdatedPerUser", KindThreadPropertiesUpdated, LevelUser},
		{"ChatThreadWithUserDeleted", KindThreadDeleted, LevelUser},
		{"ChatParticipantAddedToThreadWithUser", KindParticipantsAdded, LevelUser},
		{"ChatParticipantRemovedFromThreadWithUser", KindParticipantsRemoved, LevelUser},

		{"ChatMessageReceivedInThread", KindMessageReceived, LevelThread},
		{"ChatMessageEditedInThread", KindMessageEdited, LevelThread},
		{"ChatMessageDeletedInThread", KindMessageDeleted, LevelThread},
		{"ChatTypingIndicatorReceivedInThread", KindTypingIndicatorReceived, LevelThread},
		{"ChatThreadCreated", KindThreadCreated, LevelThread},
		{"ChatThreadPropertiesUpdated", KindThreadPropertiesUpdated, LevelThread},
		{"ChatThreadDeleted", KindThreadDeleted, LevelThread},
		{"ChatThreadParticipantAdded", KindParticipantsAdded, LevelThread},
		{"ChatThreadParticipantRemoved", KindParticipantsRemoved, LevelThread},
		{"ChatAzureBotCommandReceivedInThread", KindBotCommandReceived, LevelThread},

		{"UserDisconnected", KindUserDisconnected, ""},
	}
	for i := range types {
		types[i].Name = typePrefix + types[i].Name
	}
	return types
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
