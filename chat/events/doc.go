// Package events describes what can happen in a chat thread, as Go values.
//
// An [Event] is one of the kinds below, as a value. Tell them apart with a type switch:
//
//	switch e := event.(type) {
//	case events.MessageReceived:
//		fmt.Println(e.ThreadID, e.Message.Content.Message)
//	case events.Gap:
//		// read on by REST from e.LastHeard
//	}
//
// Events contain the types of package chat. A value in an event equals the same value read through REST in every field that the
// event has; the comments of the kinds name the fields that it does not have. Times of messages, threads, participants and receipts
// therefore have whole seconds, as in REST; [Header].Time has the milliseconds.
//
// Ten kinds are what the service tells the participants of a thread. Two are of this library: [Gap] says that events may have been
// missed, and [Unknown] keeps what this version can't read.
//
// All values are safe for concurrent reading.
package events
