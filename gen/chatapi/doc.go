// Package chatapi is the chat API 2025-03-15 in Go, generated from api/chat.yaml: its models, a client, and the
// interface of a server.
//
// Package chat stands on the client, the emulator in chat/chattest on the server. Names follow the operations and
// schemas of the API and change with them, so programs use package chat instead.
//
// A pointer, slice or map that is nil stands for a member that is absent. Metadata, participants and attachments that
// are empty but not nil are written, as {} or []. Types of enumerations hold any string: Valid tells whether
// the value is one the API lists, which an answer may well go beyond.
package chatapi

//go:generate go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen --config=models.yaml ../../api/chat.yaml
//go:generate go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen --config=client.yaml ../../api/chat.yaml
//go:generate go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen --config=server.yaml ../../api/chat.yaml
