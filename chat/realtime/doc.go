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
// The service does not promise to deliver every event, and does not repeat what was missed while a connection was lost. A [Listener]
// says where events may be missing: after every reconnection, after every loss that the service announces and after an overflow of its
// queue there is an [events.Gap] with the time since when something may be missing. Read on through REST from there. Start to listen
// before you list, and nothing is missed in between.
//
// An event that the service delivers twice is passed on once, as far as the last thousand events tell. Events of one thread come in
// the order in which the service sends them, which is not always that of their versions.
//
// # Failure
//
// A Listener reconnects by itself, with growing pauses. It gives up only where trying again cannot help: the service refuses the user's
// token and also the next one, refuses the registration, or says that it will not accept the user any more. That is the last
// thing [Listener.Events] yields, as an error. [Options].OnStateChange tells about lost connections as they happen.
//
// The token goes to the endpoint of the client and to the hosts that the service names there, over https. Plain http is accepted from
// loopback addresses if the client allows it.
package realtime
