// Package chattest emulates the chat service of Azure Communication Services, for tests and for development without a resource.
//
// The emulator reproduces recordings of the service: its responses byte for byte, what it stores, and which requests it refuses.
// [NewServer] starts one for the duration of a test:
//
//	s := chattest.NewServer(t, nil)
//	ana, bo := s.NewUser(), s.NewUser()
//	client := s.Client(ana)
//
// [Open] returns a [Service] for other uses, an [http.Handler] without a listener.
//
// [Service.Fail] injects faults, [Service.Requests] lists the requests that were answered, [Service.Events] the events that
// participants received, and [Service.Advance] moves the clock of the service. [Service.Threads], [Service.Messages], [Service.Texts],
// [Service.Participants] and [Service.Receipts] read what is stored. [Service.AdminHandler] offers the same to programs in other
// languages.
//
// # What is emulated
//
//   - The 16 operations of chat 2025-03-15 and the 9 of identity 2026-09-23, with their statuses and headers and with the members of
//     their bodies in the order of the service. The exchange of Entra tokens, which only a preview of the API has.
//   - Messages that the service writes about topics and participants.
//   - Lists in the order of versions, their pages, next links and the cursors in them.
//   - Partial failure, membership, the remains of deleted messages and threads, one read receipt per participant, repeatable creation,
//     and ids that contain a time.
//   - Requests signed with the access key, signed tokens with the scopes that each operation requires, and the forms of errors.
//   - The push service from which the official JavaScript client receives its ten kinds of events.
//   - The deliveries of Event Grid to webhooks, with [Service.DeliverEvents] and [Service.DeliverEventsTo].
//
// # Limits of the emulation
//
// There are no images, no Teams, and no latency other than that of faults. Lists and receipts are consistent at once. A retention policy
// deletes its thread at the first request, read or [Service.Advance] after it is due. Requests of every supported api-version are
// answered as those of the latest. Rates are enforced only with [Options.EnforceLimits]. Only the last page of a list has fewer items
// than requested. Entra itself is not emulated: the service accepts the tokens in [Options] without verifying them.
//
// # Choices
//
// If no recording shows what the service does, the emulator behaves as follows. Tests should not depend on it.
//
// Participants:
//   - A user of this resource that never existed or was deleted is not added. The response is a success and reports the user with the
//     code "404" and the message "Not found". Identifiers other than communication users are reported with the code "403" and
//     "Permissions check failed".
//   - A user of another resource is not added, and reported with the code "403". Creating a thread with such a user fails with 403.
//   - A malformed id fails the whole call with 400. The id of a communication user is well formed if it is "8:acs:", or the prefix of
//     another cloud, followed by two GUIDs; any other id if it starts with digits and a colon. An identifier of two kinds is 400
//     without a message.
//   - Adding a participant again changes nothing and writes no message. Participants added in one call share one message.
//   - A user who is listed twice joins once. A creator who is not listed joins first.
//   - Removing a user who is not a participant is 204 and changes nothing.
//   - Requests of a former participant are refused with 403; a removal has the text recorded in 2024. A former participant still lists
//     the thread, in its state at that time, and has no receipt.
//   - A participant with a share history time does not see messages with earlier ids: lists omit them, and a get is 404.
//   - Deleting a user revokes its tokens, removes it from its threads without a message, and deletes the messages it sent.
//
// Threads:
//   - For participants of a deleted thread, a get is 404, another delete is 204 and changes nothing, and every other operation is 403.
//     For other users the responses are those before the deletion.
//   - A malformed thread id is 400 without a message, except that listing its participants is 404 without a message.
//   - A repeated create with another body is answered with the first thread, whatever its state. The same repeatability id from
//     another user creates another thread.
//   - The first two messages of a thread are 59 ms apart, and their times are before that of the response to the create.
//   - An empty topic is accepted; a missing one is 400. In a patch, null leaves the topic unchanged.
//   - In a patch of metadata, "" and null remove a key, and null in place of the object removes all keys; metadata without keys is
//     kept as {}. In a create, a null is ignored and "" is kept.
//   - A patch without changes is 204, even if the thread does not exist.
//   - Editing and deleting messages and removing participants do not change the position of a thread in the list of threads.
//   - Threads that change while they are listed appear again at the end of the list.
//
// Messages:
//   - A get returns a deleted message, without its metadata. Deleting it again is 204, editing it is 404 without a message.
//   - Editing or deleting a message of another user or of the service is 403. For an unknown message it is 404 without a message.
//   - Empty content is accepted; missing content is 400. A type other than text and html is 400 too.
//   - A patch without changes is 204 and not an edit. Metadata keys that it does not contain are kept.
//   - The start time of a list of messages is compared with versions, that of a list of threads with their last activity. Next links
//     contain it in the form of the default, 1970, with a fraction of a second if it has one.
//   - A receipt for an unknown message is 404 without a message. With more than 20 participants a receipt is accepted and dropped.
//
// Events:
//   - Messages of the service and the deletion of a user cause no events. Neither do typing and receipts in threads of more than 20
//     participants.
//   - The reader does not receive the event of its own receipt. All other events also go to the user who caused them.
//   - A repeated create causes one event, and a call that changes nothing causes none.
//
// Real time:
//   - Events are sent over WebSockets only. A socket stays open when the token of the client expires; events stop when its
//     registration expires.
//   - Events before the first registration of a connection are sent after it. Events while a client is not connected are not sent to it.
//   - Each event is sent once, in order. A client that leaves 1,000 frames unread is disconnected.
//   - A connection that is allocated again with its parameters keeps its id. If two sockets have the same id, the older is closed.
//
// Event Grid:
//   - A subscription gets the events after it was made, and the deliveries that the file has for its name, which are kept until there is
//     one. Subscriptions are not stored, also those made with the admin handler. Without a subscription nothing is stored.
//   - A subscription fails after ten minutes without consent, or after 120 handshakes, which [Service.Advance] makes due sooner. Later
//     events are then not stored for it until [Subscription.Validate]; those before wait for it.
//   - The user who caused an event gets none of its own, of any type. A retention policy has no such user.
//   - Events that wait for the same time are sent in their order. A retry is exactly on schedule, and none is skipped.
//   - The time of a delivery begins with its first attempt since the service was opened, so that events wait as long as necessary for a
//     webhook or a service that has not started. The attempts are counted from the beginning.
//   - An event that can't be formatted is given up at once.
//   - Events that are given up would be dead-lettered; the last 10,000 are listed until they are removed.
//   - A batch has up to 1 MiB, which is the largest limit that a subscription of Event Grid may have.
//   - A validation event has no validationUrl. A webhook is not told the end of its subscription.
//
// Limits:
//   - Content above 28 KB, or a body above 1 MB, is 413 without a message.
//   - More than 200 participants in a request, more than 250 in a thread, more than 1 KB of metadata of a thread or a participant, and
//     a retention policy without a kind, of an unknown kind or of other than 30 to 90 days are 400 without a message.
//   - A page size above 200 messages, or 250 participants or receipts, is reduced to that. A page size below 1 is 400 without a
//     message.
//
// Rates, with EnforceLimits:
//   - Operations in one row of the published table are counted together: sending, updating and deleting messages; adding and removing
//     participants; getting and listing threads; all exchanges of tokens. Creating a user with a token counts as creating a user.
//   - Every authorized request counts, including refused ones. Retry-After is the delay after which a request is accepted if none is
//     sent before.
//
// Identity:
//   - The version is checked first, then the caller, then the body, then whether the user belongs to the resource. In a body, required
//     members are checked before ranges, and these before other values.
//   - A malformed body, an unknown scope and an unknown principal type are answered with ValidationError.
//   - The time in a signature may differ by 15 minutes from that of the service or that of the machine. A signature may cover the host
//     without its port, and Date instead of x-ms-date.
//   - The digest of the body is checked first; then a missing or wrong signature and a token without permission are answered with
//     Denied. This response has no api-supported-versions header, and neither has the one for a token that can't be exchanged.
//   - A token is valid until the end of the second in its exp claim, and therefore at least until the expiresOn of the response, which
//     has a fraction. A token issued in the same second as a revocation has the next second as its time of issue.
//   - A token from an exchange expires when the Entra token does. Those for Teams users and for the Teams extension are for calling,
//     and the chat API refuses them with 401. An exchange requires no assignment. A person who exchanges tokens for chat is the same
//     user each time, until that user is deleted.
//   - An Entra token of another application or user than those in the request is answered with InvalidAccessToken.
//   - Getting a missing assignment is 404, deleting it 204.
//
// Transport:
//   - An unknown api-version is 400 in the form recorded for the identity API; so is a missing one, with the code
//     ApiVersionUnspecified. Both are checked before the token.
//   - A token without the required scope is 403 without a message.
//   - Every operation accepts both JSON media types and a missing Content-Type; others are 415 without a message.
//   - A preflight is answered with 204 for every path except those of the identity API, allows the headers it asks for, and is not
//     counted by faults. Every response to a request with an Origin allows any origin.
//   - Unknown paths are 404, and unknown methods 405 with Allow, without a message.
//   - 429 and 503, which only faults and enforced rates cause, have the body of the example in the contract.
//   - A message of the documented error style that was not recorded is that of the example in the contract, or the text of the status.
//   - Location headers contain the host of the request.
package chattest
