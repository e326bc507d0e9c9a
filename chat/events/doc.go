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
// Events contain the types of package chat. A value in an event equals the value that [chat.Client] or [chat.ThreadClient] returns, except
// for the fields that the kinds document as missing. Times of messages, threads, participants and receipts therefore have whole seconds;
// [Header].Time has milliseconds.
//
// The service sends ten kinds to the participants of a thread. This library adds two: [Gap] reports that events may have been missed, and
// [Unknown] contains an event that this version can't read.
//
// All values are safe for concurrent reading.
package events
