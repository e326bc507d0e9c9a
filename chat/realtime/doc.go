// Package realtime receives what happens in the chat threads of a user as it happens, over a WebSocket.
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
// # What this channel is
//
// It is the channel of the official JavaScript client. Microsoft documents it for browsers and mobile apps, and says that it is not
// meant for servers. Its protocol is not documented: it is taken from the published client, and from what public sources show of the
// service. This package was tested against that description and against the emulator of package chattest, and never against the live
// service. Servers have Azure Event Grid, which is documented for them.
//
// # Delivery
//
// The service does not guarantee delivery, and does not repeat the events of the time when there was no connection. A [Listener] yields
// an [events.Gap] wherever events may be missing: after every reconnection, after every loss that the service announces, and where the
// program takes events so slowly that the queue overflows. Read on through REST from the gap's LastHeard. That is 15 seconds before the
// last sign of life of the service, by the service's clock, since events on their way may have been lost too. To miss nothing at the
// beginning, call [Listen] first and list messages then.
//
// An event that the service delivers twice is yielded once, unless a thousand others came in between. Events come in the order in which
// the service sends them, which is not always that of their versions. They are acknowledged as they arrive, whether or not the program
// takes them.
//
// # Failure
//
// A Listener reconnects by itself, with growing pauses. It gives up only if another attempt cannot succeed: the service refuses the
// token of the user and also a fresh one, refuses the connection or the registration, or the client was closed. [Listener.Events] then
// yields the error, last. [Options].OnStateChange reports lost connections and failed attempts as they happen.
//
// The token is sent to the endpoint of the client and to the hosts that the endpoint names, over https. Plain http is accepted for
// loopback addresses if the options of the client allow it.
package realtime
