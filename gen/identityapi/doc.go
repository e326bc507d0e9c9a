// Package identityapi is the identity API 2026-09-23 in Go, generated from api/identity.yaml: its models, a client, and
// the interface of a server.
//
// Package chat/identity uses the client, and the emulator in chat/chattest the server. Names follow the operations and
// schemas of the API and change with them: programs use package chat/identity instead.
//
// A pointer, slice or map that is nil stands for an absent member. Scopes of a new user and client ids that are empty but
// not nil are written, as []. Enumeration types accept any string: Valid reports whether the API lists the value. A
// response may contain others.
package identityapi

//go:generate go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen --config=models.yaml ../../api/identity.yaml
//go:generate go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen --config=client.yaml ../../api/identity.yaml
//go:generate go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen --config=server.yaml ../../api/identity.yaml
