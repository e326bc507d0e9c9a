// Package redact erases the credentials of Azure Communication Services from text: user access tokens, access keys and signatures. Package
// chat and its subpackages redact what they log. Programs can use this package for their own logs, for example in the ReplaceAttr function
// of a [log/slog.HandlerOptions]. It is safe for concurrent use.
package redact
