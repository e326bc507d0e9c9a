// Package chattest is the chat service of Azure Communication Services, for tests and for developing without a resource.
//
// It behaves as the service was seen to behave: what it answers, byte for byte, what it remembers, and what it refuses.
// [NewServer] makes one for the length of a test:
//
//	s := chattest.NewServer(t, nil)
//	ana, bo := s.NewUser(), s.NewUser()
//	client := s.Client(ana)
//
// [Open] makes one that is an [http.Handler]. Neither has a goroutine of its own. [Service.Fail] makes requests go wrong,
// [Service.Requests] tells what was asked, [Service.Events] what participants were told, [Service.Advance] moves the clock of the
// service. What is stored can be read as it is: [Service.Threads], [Service.Messages], [Service.Texts], [Service.Participants], [Service.Receipts]. [Service.AdminHandler] does
// the same for programs in other languages.
//
// # What is real
//
// The 16 operations of chat 2025-03-15 and the 9 of identity 2026-09-23, with their statuses, headers, members and the order of
// these, and the exchange of Entra tokens that only a preview has; messages of the service about topics and people; order by
// version; pages, next links and the cursors in them; partial failure; membership; what is left of what was deleted; one read
// receipt for each person; creation that can be repeated; ids that encode a time; requests signed with the access key; tokens that
// are signed and checked, with the scopes that open each operation; the shape of errors.
//
// # What is not
//
// There are no notifications in real time, no images, no Teams, and no latency but that of faults. Nothing lags: lists and receipts
// know at once. A retention policy deletes its thread at the first request, read or [Service.Advance] after it has come due. Every
// api-version that the service supports is answered as the latest. Rates are enforced only when asked for. Fewer items than asked for come on the last page only. Entra is
// not here: the service believes the tokens that [Options] name, and takes their word for whose they are.
//
// # Choices
//
// Where nobody has recorded what the service does, this one does the following. Tests should not rest on it.
//
// People:
//   - A well-formed id of this resource that never existed, or was deleted, is refused inside a success: code "404",
//     "Not found". So is any kind that is not a communication user: code "403", "Permissions check failed".
//   - A user of another resource is refused with "403" by an add, and fails a create as a whole with 403.
//   - A malformed id fails the whole call with 400. Malformed is a communication user that is not "8:acs:", or the prefix of another
//     cloud, and two GUIDs, and what does not start with digits and a colon. Two identifiers in one are a 400 without a message.
//   - Adding someone who is in changes nothing and writes no message. Several in one call share one message.
//   - Whoever is named twice joins once. A creator who is not named joins first.
//   - Removing someone who is not in is 204 and changes nothing.
//   - A former participant is refused with 403, by a remove with the text of 2024, still lists the thread as it was then, and has
//     lost the receipt.
//   - A share history time hides messages with earlier ids: from lists, and by 404 on their own.
//   - Deleting a user ends its tokens, takes it out of its threads without a message, and takes away what it sent.
//
// Threads:
//   - To its participants a deleted thread is 404 to a get, 204 to another delete, which changes nothing, and 403 to everything else.
//     To others it is what it was before.
//   - A malformed thread id is 400 without a message, except that listing its participants is 404 without a message.
//   - A repeated create with another body is answered with the first thread, whatever has become of it. Another user with
//     the same repeatability id creates another thread.
//   - The first two messages of a thread are 59 ms apart and both in the past when the create is answered.
//   - An empty topic is a topic; none at all is 400. In a patch null leaves the topic as it is.
//   - In a patch of metadata "" and null remove a key, and null in place of the object removes all; no key at all is
//     left as {}. In a create a null is left out, and "" is kept.
//   - A patch that says nothing is 204 before anybody looks for the thread.
//   - Edits and deletions of messages, and removals, do not move a thread in the list.
//   - Threads that change while they are listed come again at the end of the list.
//
// Messages:
//   - A deleted message is still got, without its metadata. Deleting it again is 204, editing it is 404 without a message.
//   - Somebody else's message, and one of the service's, is 403 to an edit or a delete. An unknown one is 404 without a message.
//   - An empty text is a text; none at all is 400. So is a type other than text and html.
//   - A patch that says nothing is 204 and no edit. Keys that it does not name are kept.
//   - A start time, of a list of messages, is compared with versions; of a list of threads, with their last activity. Links write
//     it as they write 1970, with a fraction of a second if it has one.
//   - A receipt for an unknown message is 404 without a message. Above 20 people a receipt is accepted and forgotten.
//
// Events:
//   - Messages of the service, and the deletion of a user, are not events. Typing and receipts in threads of more than 20
//     participants are not either.
//   - The reader is not told of its own receipt. Everyone else in these kinds of events is told: who sends, who types, who is
//     added, who is removed.
//   - A creation that is repeated is told once, and what changes nothing is not told.
//
// Limits:
//   - A text above 28 KB, or a body above 1 MB, is 413 without a message.
//   - More than 200 people in a request, more than 250 in a thread, more than 1 KB of metadata of a thread or a
//     participant, a retention of other than 30 to 90 days, of an unknown kind or of none, are 400 without a message.
//   - A page of more than 200 messages, or 250 people or receipts, is one of as many. A page size below 1 is 400
//     without a message.
//
// Rates, with EnforceLimits:
//   - What shares a line of the published table counts together: sending, editing and deleting messages; adding and removing people;
//     getting and listing threads; every exchange of a token. Creating a user with a token counts as creating one.
//   - What comes from somebody known counts, also when it is refused, for its rate too. Retry-After is when the next request would be
//     let through if none came before it.
//
// Identity:
//   - The version is checked first, then who asks, then the body, then whose the id is. In a body what must be there comes before
//     what must be in range, and that before what must mean something.
//   - A body that can't be read, an unknown scope and an unknown principal are a ValidationError.
//   - A signature may be up to 15 minutes off the clock of the service or of the machine, and over the host without its port. It may
//     sign Date instead of x-ms-date.
//   - A signature that is missing or wrong is Denied, like a token that may not do it; the body is compared before the signature.
//     Neither that nor a token that can't be exchanged is told the versions.
//   - A token is good until the second is over that its exp names, so that none ends before the expiresOn of the answer, which has
//     a fraction. One that is made in the second of a revocation is issued in the next.
//   - An exchanged token ends when the Entra token does. That of a Teams user, or of one who acts for Teams, is for calls and opens
//     no chat: 401. Exchanging asks for no assignment. A person who exchanges for chat is the same user each time, until that is
//     deleted.
//   - The Entra token of another application or user than the request says is InvalidAccessToken.
//   - An assignment that is not there is 404, and deleting it 204.
//
// Transport:
//   - An unknown api-version is 400 in the shape that is known of the identity API, a missing one too, with the code
//     ApiVersionUnspecified. Both come before the token is looked at.
//   - A token without the scope is 403 without a message.
//   - Both JSON media types, or none, are accepted everywhere; others are 415 without a message.
//   - A preflight is answered with 204 for every path but those of identity, repeats the headers it asks for, and uses up no fault.
//     Every answer to a request with an Origin allows any.
//   - Unknown paths are 404, and unknown methods 405 with Allow, without a message.
//   - 429 and 503, which only faults and enforced rates cause, have the body of the contract's example.
//   - In the documented style a message that nobody has recorded is that of the contract's example, or the name of the status.
//   - Locations are at the host that the caller used.
package chattest
