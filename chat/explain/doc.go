// Package explain defines the results of [chat.Client.Explain] and [identity.Client.Explain]: the likely causes of an error, with evidence
// and a fix for each.
//
// [chat.Client.Explain]: https://pkg.go.dev/github.com/acschat/acs-chat-go/chat#Client.Explain
// [identity.Client.Explain]: https://pkg.go.dev/github.com/acschat/acs-chat-go/chat/identity#Client.Explain
package explain
