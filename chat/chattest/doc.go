// Package chattest emulates the chat service of Azure Communication Services, for tests and for development without a resource.
//
// The emulator follows recordings of the service: what it answers, byte for byte, what it stores and what it refuses.
// [NewServer] starts one for the duration of a test:
//
//	s := chattest.NewServer(t, nil)
//	ana, bo := s.NewUser(), s.NewUser()
//	client := s.Client(ana)
//
// [Open] returns one that is an [http.Handler]. Neither starts a goroutine of its own, except for real-time
// connections. [Service.Fail] injects faults,
// [Service.Requests] lists the requests that were answered, [Service.Events] the events that participants received, and
// [Service.Advance] moves the clock of the service. [Service.Threads], [Service.Messages], [Service.Texts], [Service.Participants]
// and [Service.Receipts] read what is stored. [Service.AdminHandler] offers the same to programs in other languages.
//
// # What is emulated
//
// The 16 operations of chat 2025-03-15 and the 9 of identity 2026-09-23, with their statuses, headers, members and member order, and
// the exchange of Entra tokens, which only a preview has; messages of the service about topics and participants; order by version;
// pages, next links and the cursors in them; partial failure; membership; what remains of deleted messages and threads; one read
// receipt per participant; repeatable creation; ids that encode a time; requests signed with the access key; signed tokens, with the
// scopes that each operation requires; the shapes of errors; the push service from which the official JavaScript client receives its
// ten kinds of events.
//
// # Limits of the emulation
//
// There are no images, no Teams, and no latency other than that of faults. Lists and receipts are
// consistent at once. A retention policy deletes its thread at the first request, read or [Service.Advance] after it is due. Every
// supported api-version is answered as the latest. Rates are enforced only with [Options.EnforceLimits]. Only the last page of a list
// has fewer items than requested. Entra itself is not emulated: the service accepts the tokens in [Options] and trusts what they say.
//
// # Choices
//
// Where no recording shows what the service does, the emulator behaves as follows. Tests should not depend on it.
//
// Participants:
//   - A well-formed id of this resource that never existed, or was deleted, is refused inside a successful response: code "404",
//     "Not found". Identifiers other than communication users are too: code "403", "Permissions check failed".
//   - Adding a user of another resource is refused with "403" inside a successful response. A create with such a user fails with 403.
//   - A malformed id fails the whole call with 400. A communication user is malformed if its id is not "8:acs:", or the prefix of
//     another cloud, and two GUIDs; any other id if it does not start with digits and a colon. An identifier with two kinds is a 400
//     without a message.
//   - Adding a participant again changes nothing and writes no message. Participants added in one call share one message.
//   - A user who is named twice joins once. A creator who is not named joins first.
//   - Removing a user who is not a participant is 204 and changes nothing.
//   - A former participant is refused with 403, and by remove with the text recorded in 2024, still lists the thread as it was when
//     the participant left, and has no receipt.
//   - A share history time hides messages with earlier ids: from lists, and with 404 from a get.
//   - Deleting a user ends its tokens, removes it from its threads without a message, and deletes the messages it sent.
//
// Threads:
//   - For its participants a deleted thread is 404 on get, 204 on another delete, which changes nothing, and 403 on everything else.
//     For other users it is what it was before.
//   - A malformed thread id is 400 without a message, except that listing its participants is 404 without a message.
//   - A repeated create with another body is answered with the first thread, whatever its state. The same repeatability id from
//     another user creates another thread.
//   - The first two messages of a thread are 59 ms apart, and both are in the past when the create is answered.
//   - An empty topic is accepted; a missing one is 400. In a patch null leaves the topic unchanged.
//   - In a patch of metadata "" and null remove a key, and null in place of the object removes all keys; metadata without keys is
//     kept as {}. In a create a null is ignored and "" is kept.
//   - A patch without changes is 204 before the thread is looked up.
//   - Editing and deleting messages and removing participants do not move a thread in the list of threads.
//   - Threads that change while they are listed appear again at the end of the list.
//
// Messages:
//   - A get returns a deleted message, without its metadata. Deleting it again is 204, editing it is 404 without a message.
//   - Editing or deleting a message of another user or of the service is 403. For an unknown message it is 404 without a message.
//   - Empty content is accepted; missing content is 400. A type other than text and html is 400 too.
//   - A patch without changes is 204 and not an edit. Metadata keys that it does not name are kept.
//   - The start time of a list of messages is compared with versions, that of a list of threads with their last activity. Links have
//     it in the form in which they have 1970, with a fraction of a second if it has one.
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
//   - Events between the connection and its first registration are held and sent then. Events while a client is away are not sent.
//   - Each event is sent once, in order. A client that leaves 1,000 frames unread is disconnected.
//   - A connection that is allocated again with its parameters keeps its id. If two sockets have the same id, the older is closed.
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
//   - Every authorized request counts, also one that is refused, for its rate too. Retry-After is when the next request would be
//     accepted if none came before it.
//
// Identity:
//   - The version is checked first, then the caller, then the body, then the owner of the id. In a body, required members are checked
//     before ranges, and these before other values.
//   - A body that can't be read, an unknown scope and an unknown principal are a ValidationError.
//   - A signature may be up to 15 minutes off the clock of the service or of the machine, and may be made for the host without its
//     port. It may sign Date instead of x-ms-date.
//   - A missing or wrong signature is Denied, and so is a token without permission; the digest of the body is compared first.
//     The response has no api-supported-versions, and neither has that to a token that can't be exchanged.
//   - A token is valid until the second named by its exp is over, so that none ends before the expiresOn of the response, which has a
//     fraction. A token issued in the second of a revocation is dated in the next.
//   - An exchanged token ends when the Entra token does. That of a Teams user, or for the Teams extension, is for calling and is
//     refused by chat with 401. Exchanging requires no assignment. A person who exchanges tokens for chat is the same user each time,
//     until that user is deleted.
//   - An Entra token of another application or user than the request names is InvalidAccessToken.
//   - Getting a missing assignment is 404, deleting it 204.
//
// Transport:
//   - An unknown api-version is 400 in the shape recorded for the identity API; so is a missing one, with the code
//     ApiVersionUnspecified. Both are checked before the token.
//   - A token without the required scope is 403 without a message.
//   - Both JSON media types, or none, are accepted everywhere; others are 415 without a message.
//   - A preflight is answered with 204 for every path but those of the identity API, allows the headers it asks for, and uses up no
//     fault. Every response to a request with an Origin allows any origin.
//   - Unknown paths are 404, and unknown methods 405 with Allow, without a message.
//   - 429 and 503, which only faults and enforced rates cause, have the body of the contract's example.
//   - In the documented style a message that is not recorded is that of the contract's example, or the name of the status.
//   - Locations have the host that the caller used.
package chattest
