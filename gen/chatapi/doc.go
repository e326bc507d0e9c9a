// Package chatapi is the chat API 2025-03-15 in Go, generated from api/chat.yaml: its models, a client, and the
// interface of a server.
//
// Package chat uses the client, and the emulator in chat/chattest the server. Names follow the operations and schemas of
// the API and change with them: programs use package chat instead.
//
// A pointer, slice or map that is nil stands for an absent member. Metadata, participants and attachments that are empty
// but not nil are written, as {} or []. Enumeration types accept any string: Valid reports whether the API lists the value.
// A response may contain others.
package chatapi

//go:generate go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen --config=models.yaml ../../api/chat.yaml
//go:generate go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen --config=client.yaml ../../api/chat.yaml
//go:generate go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen --config=server.yaml ../../api/chat.yaml
