// Package chat is a client of the chat service of Azure Communication Services, for which there is no official Go client.
// It is unofficial, and not supported by Microsoft.
//
// A [Client] acts for one user: it creates, lists and deletes threads. A [ThreadClient] works on one thread: its messages,
// participants, receipts and properties. A [Fleet] has a client for each of many users, as a backend needs: they share connections
// and a bounded cache of tokens.
//
//	credential, err := chat.NewTokenCredential(fetchToken, nil)
//	client, err := chat.NewClient("https://<resource>.communication.azure.com", credential, nil)
//	created, err := client.CreateThread(ctx, "Release 4.2", nil)
//	thread := client.ThreadClient(created.Thread.ID)
//	sent, err := thread.SendMessage(ctx, "Canary is green.", nil)
//
// # Tokens
//
// The service knows a user by a user access token, which the application's server gets for its users: package identity does
// that. A [TokenCredential] holds it and renews it in time.
//
// # Listings
//
// Listings are a [Pager]: range over its items or its pages. It pages by itself, can be ranged over again, and goes on
// where another process left off.
//
// # Errors
//
// What the service refuses is an [*Error]; errors.Is tells what it means: [ErrForbidden], [ErrNotFound], [ErrThrottled] and so on.
// What can't be right is an [*ArgumentError], before any request. Where some of several people could not be added, the call
// succeeds and returns a [FailedParticipant] for each.
//
// Why was this refused? [Client.Explain] and [ThreadClient.Explain] say what may be the matter, the most likely cause first, what
// speaks for it, and what to do about it.
//
// Calls are retried where that is safe: three times, with growing pauses, unless the options say otherwise. Sending a
// message is the one that is not safe, since the service can't tell a second try from a second message: see
// [ThreadClient.SendMessage] and [ErrOutcomeUnknown].
//
// # Testing
//
// Package chattest is the service on your own machine, for tests without Azure.
package chat
