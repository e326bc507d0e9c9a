// Package identity creates the users of a Communication Services resource and issues their access tokens. It belongs on a server: the
// access key of a resource gives access to all its users.
//
// From a connection string to a chat client:
//
//	identities, err := identity.NewClientFromConnectionString(connectionString, nil)
//	user, err := identities.CreateUser(ctx, nil)
//	credential, err := identities.Credential(user, []identity.Scope{identity.ScopeChat}, nil)
//	client, err := chat.NewClient(identities.Endpoint(), credential, nil)
//
// # Tokens
//
// [Client.Credential] issues and renews the tokens of one user, and [Client.MintFunc] those of many users in a [chat.Fleet].
// A [TokenHandler] issues tokens to the signed-in users of an application, for its pages and apps. [NewEntraTokenCredential]
// needs no server: it exchanges the Entra tokens of a person for chat tokens.
//
// # Errors and retries
//
// Errors are those of package [chat]: a [*chat.ArgumentError] reports an invalid argument before any request is sent, and a [*chat.Error]
// an error response. [Client.Explain] lists the likely causes of an error. All calls are retried as those of package chat are, on the
// statuses 408, 429, 500, 502, 503 and 504 and on transport errors. [chat.ErrUnauthorized] with the code IdentityNotOwned means that the
// user does not belong to the resource.
//
// # Concurrency
//
// A [Client] is safe for concurrent use: create one and share it. A call returns as soon as its context ends.
package identity
