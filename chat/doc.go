// Package chat is a client for the chat service of Azure Communication Services. It is not an official Microsoft product.
//
// A client acts as one user, with an access token that the application's server issues with package [identity]:
//
//	credential, err := chat.NewTokenCredential(fetchToken, nil)
//	client, err := chat.NewClient("https://<resource>.communication.azure.com", credential, nil)
//	created, err := client.CreateThread(ctx, "Release 4.2", nil)
//	thread := client.ThreadClient(created.Thread.ID)
//	sent, err := thread.SendMessage(ctx, "Canary is green.", nil)
//
// # Clients
//
// A [Client] creates, lists and deletes the threads of a user. A [ThreadClient] works on one thread: its messages, participants,
// read receipts and properties. A [TokenCredential] holds the access token of a user and renews it before it expires.
// A [Fleet] provides clients for many users, as a backend needs them; they share connections and a bounded cache of tokens.
//
// Nil options are the zero value everywhere. Close can be called more than once, and always returns nil.
//
// # Listings
//
// A listing is a [Pager]: range over its items or its pages. It requests pages as needed, can be ranged over more than once, and
// can be resumed in another process.
//
// # JSON
//
// Values such as [Message] and the kinds of [Identifier] are written to JSON in the form of the API version 2025-03-15, and read from
// it as tolerantly as responses are. Reading replaces the whole value, except that null changes nothing. A value that was read
// survives writing and reading, with the members that this package does not know. Values that the service does not send may change:
// empty non-nil metadata, times not in UTC, a [Cloud] in capital letters, an [UnknownIdentifier] with the raw id of another kind. Of
// the participant in a [FailedParticipant], JSON has the identifier only.
//
// # Errors
//
// Invalid arguments, such as an empty id or text that is not UTF-8, are reported as [*ArgumentError] before any request is sent.
// Error responses are returned as [*Error]; match their meaning with [errors.Is], as in errors.Is(err, [ErrForbidden]). The
// documentation of a method names the most common ones. Other errors are those of the context, the credential or the connection,
// and [ErrClosed].
//
// Adding participants can fail in part: the call succeeds, and a [FailedParticipant] is returned for each participant that the
// service did not add. [Client.Explain] lists the likely causes of an error, with evidence and a fix for each.
//
// # Retries
//
// Calls are retried on the statuses 408, 429, 500, 502, 503 and 504 and on transport errors: up to three times, after the delay
// that the service requests or one that grows exponentially. A requested delay of more than a minute ends the call. The retry options
// of [ClientOptions] change these values, and its RetryBudget limits the retries of all calls together. [ThreadClient.SendMessage] is
// the exception, since a retry could send the message twice: see there and [ErrOutcomeUnknown]. [ThreadClient.SendMessageOnce] looks for
// the message in the thread before it retries.
//
// On 401 a call is retried once with a new token, if the credential can fetch one. If the response to a change is lost, its retry may
// fail with [ErrForbidden] or [ErrNotFound] because the first attempt succeeded; the error says so.
//
// If the context ends after an attempt has failed, the error matches both the context's error and the outcome of the last attempt.
// A wait that cannot end before the deadline is not started: the call returns at once.
//
// The Limiter of [ClientOptions] delays requests so that the service does not refuse them with 429: see package [limits].
//
// # Limits
//
// An attempt may take one minute; see [ClientOptions]. A response with more than 32 MiB, or more than 100,000 items in all its lists
// together, is an error. Of an error response, 128 KiB are read.
//
// # Concurrency
//
// Clients, thread clients, fleets, credentials and pagers are safe for concurrent use. A call returns as soon as its context ends.
//
// # Testing
//
// Package [chattest] emulates the service, for tests and development without an Azure resource.
//
// # Events
//
// Package [realtime] receives the events of a user as they happen, and package [events] those that Event Grid delivers to a webhook.
// Package [feed] yields every change of a thread once, in order, and can be resumed. Package [outbox] sends messages if and only if a
// database transaction commits.
//
// [chattest]: https://pkg.go.dev/github.com/acschat/acs-chat-go/chat/chattest
// [events]: https://pkg.go.dev/github.com/acschat/acs-chat-go/chat/events
// [feed]: https://pkg.go.dev/github.com/acschat/acs-chat-go/chat/feed
// [identity]: https://pkg.go.dev/github.com/acschat/acs-chat-go/chat/identity
// [limits]: https://pkg.go.dev/github.com/acschat/acs-chat-go/chat/limits
// [outbox]: https://pkg.go.dev/github.com/acschat/acs-chat-go/chat/outbox
// [realtime]: https://pkg.go.dev/github.com/acschat/acs-chat-go/chat/realtime
package chat
