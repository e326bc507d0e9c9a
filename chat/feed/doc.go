// Package feed yields every change of chat threads once, in order, and can be resumed after the last one.
//
//	for change, err := range feed.Watch(ctx, thread, &feed.Options{From: saved}) {
//		if err != nil {
//			return err
//		}
//		switch e := change.Event.(type) {
//		case events.MessageReceived:
//			fmt.Println(e.Message.Content.Message)
//		}
//		saved = change.Cursor
//	}
//
// # Delivery
//
// The changes are read from the listing of messages, which is ordered by version and contains every message in its newest version: an edit
// or a deletion gives a message a higher version. Each version of a message that a read finds is yielded once, in the order of the versions.
// A version that is replaced before it is read is not a change of its own. Live sources, a [realtime.Listener] or the events of a webhook,
// only determine when the listing is read: an event that is lost, repeated or reordered costs time and nothing else.
//
// Several machines of the service write a thread, so that a message may appear behind one with a higher version. Every read therefore looks
// back ten seconds before the highest version that was yielded; such a message is yielded when it appears.
//
// Metadata and retention policies leave no message. They are compared with the properties that were read before: after the first read of the
// messages, then once per MaxInterval but at most once a minute, with [WatchAll] once in five times MaxInterval, and when a live source
// announces a change. The service counts these calls per user, with the lists of threads: half of the limit is 150 a minute, so that a
// thousand threads take seven minutes. A value that is replaced before it is read is not a change of its own. What the first read of them
// yields depends on where the range begins, see [Start], [Now] and [At]; a range from the cursor of a change continues with the properties
// before that change.
//
// A change counts as delivered when the loop asks for the next one. Store the cursor together with the result of the work, in one
// transaction, and pass it as Options.From: then each change is processed once, also if the process is killed in between.
//
// # Replicas
//
// With a [Store], several processes may run the same range: one of them reads each thread, and the others wait. Each replica changes its own
// record in the store about every second. If another one sees the record unchanged for the lease time, it removes it and takes the threads over,
// so that no clocks are compared. Time in which it could not read the record does not count, so that replicas that are suspended together keep
// their threads. Before a change is yielded, it is written to the record of its thread with a compare-and-swap, which fails for a replica that
// was paused and has lost the thread meanwhile. The only change that two replicas can yield is the one that such a replica, or one that was
// killed, had yielded last and not recorded as delivered: recognize it by its cursor. A replica whose context ends records what was delivered,
// which takes at most twice the lease time if the store does not answer.
//
// # Limits
//
// Without a live source, a thread is read after an eighth of the time since its last change: more often while it is busy, and once a minute
// when it is idle. All calls keep to a share of the rate limits that the service publishes, 200 list calls a minute for each user and thread
// and 400 for each thread, and they are not repeated at once when they fail.
//
// # Order of the listing
//
// That listings are ordered by version, and contain deleted messages, was observed with the service from 2021 to 2025 and is not documented.
// That former participants are refused with 403, and threads that were deleted with 403 or 404, is documented in part. Everything else was
// tested against the emulator of package [chattest], and never against the live service.
//
// [chattest]: https://pkg.go.dev/github.com/acschat/acs-chat-go/chat/chattest
package feed
