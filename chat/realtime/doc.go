// Package realtime receives the events of a user's chat threads over a WebSocket.
//
//	listener, err := realtime.Listen(ctx, client, nil)
//	if err != nil {
//		return err
//	}
//	defer listener.Close()
//	for event, err := range listener.Events() {
//		if err != nil {
//			return err
//		}
//		switch e := event.(type) {
//		case events.MessageReceived:
//			fmt.Println(e.Message.Content.Message)
//		case events.Gap:
//			// list the messages since e.LastHeard
//		}
//	}
//
// # The channel
//
// The package uses the notification channel of the official JavaScript client. Microsoft documents this channel for browsers and mobile
// apps, and states that it is not meant for servers; for servers there is Azure Event Grid. The protocol is not documented. This package
// implements it from the published client and other public sources. It was tested against the emulator of package [chattest], and never
// against the live service.
//
// # Delivery
//
// The service does not guarantee delivery, and does not deliver events from the time without a connection later. A [Listener] yields an
// [events.Gap] whenever events may be missing: after every reconnection, after every loss that the service announces, and when the program
// consumes events so slowly that the queue overflows. To catch up, list the messages since the gap's LastHeard. That time is 15 seconds
// before the last frame of the service, by the service's clock, since events in transit may have been lost too. To miss nothing at the
// start, call [Listen] first and then list messages.
//
// An event that the service delivers twice is yielded once, unless a thousand other events arrive in between. Events are yielded in the
// order in which the service sends them, which is not always that of their versions. They are acknowledged when they arrive, before the
// program consumes them.
//
// # Failure
//
// A Listener reconnects by itself, after growing delays. It gives up only if another attempt cannot succeed: the service refuses the token
// of the user and then a new one, it refuses the connection or the registration, or the client is closed. [Listener.Events] then yields the
// error as its last value. [Options].OnStateChange reports lost connections and failed attempts as they happen.
//
// The token is sent to the endpoint of the client and to the hosts that the endpoint names, over https. Plain http is accepted for
// loopback addresses if the options of the client allow it.
//
// [chattest]: https://pkg.go.dev/github.com/acschat/acs-chat-go/chat/chattest
package realtime
