// Package events defines the events of chat threads as Go values.
//
// An [Event] is one of the kinds below, as a value. Tell them apart with a type switch:
//
//	switch e := event.(type) {
//	case events.MessageReceived:
//		fmt.Println(e.ThreadID, e.Message.Content.Message)
//	case events.Gap:
//		// list the messages since e.LastHeard
//	}
//
// # Values
//
// Events contain the types of package [chat]. A value in an event equals the value that [chat.Client] or [chat.ThreadClient] returns, except
// for the fields that the kinds document as missing. Times of messages, threads, participants and receipts therefore have whole seconds;
// [Header].Time has milliseconds.
//
// The service sends ten kinds to the participants of a thread, and two more through Event Grid only: [BotCommandReceived] and
// [UserDisconnected]. This library adds two: [Gap] reports that events may have been missed, and [Unknown] contains an event that this version
// can't read.
//
// # Event Grid
//
// Event Grid publishes an event for each user and one for the thread, see [Level]; [EventTypes] lists their types. [Parse] reads what it
// delivers, [NewHandler] is a webhook for it, and [Format] writes events as it delivers them.
//
// # Concurrency
//
// All values are safe for concurrent reading.
package events
