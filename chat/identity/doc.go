// Package identity makes the users of a Communication Services resource and issues their tokens. It belongs on a server: whoever
// holds the access key of a resource may act as any of its users.
//
// From a connection string to a chat client:
//
//	identities, err := identity.NewClientFromConnectionString(connectionString, nil)
//	user, err := identities.CreateUser(ctx, nil)
//	credential, err := identities.Credential(user, []identity.Scope{identity.ScopeChat}, nil)
//	client, err := chat.NewClient(identities.Endpoint(), credential, nil)
//
// [Client.MintFunc] does the same for thousands of users at once, in a [chat.Fleet]. [Client.TokenHandler] hands tokens to the
// browsers and apps of people who are signed in to the application. [NewEntraTokenCredential] needs no server of one's own: it
// makes chat tokens of the Entra tokens of people.
//
// Errors are those of package chat: a [*chat.ArgumentError] for what can't be used, before any request, and a [*chat.Error] for
// what the service refuses.
package identity
