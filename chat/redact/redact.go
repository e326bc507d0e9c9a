// Package redact erases the credentials of Azure Communication Services from text: user access tokens, access keys and signatures.
// Package chat and its companions apply it to what they log. It is meant for the logs of programs too, for example in the
// ReplaceAttr function of a [log/slog.HandlerOptions].
package redact

// Text replaces every secret in text by "[redacted]" and leaves the rest as it is. It recognizes
//
//   - tokens: signed or encrypted ones by their form, and opaque ones after "Bearer" or in a field or parameter whose name ends in
//     "token";
//   - access keys: in a connection string or another field of that name, and by their form;
//   - signatures: in an HMAC-SHA256 Authorization header, and in a field or parameter named sig or signature.
//
// The names of fields stay. Secrets that a URL or a JSON string has escaped are recognized, those that are broken over lines are
// not. Redacting a text again does not change it.
//
// Text does not know what else is private to a program: message texts, names and the ids of users stay.
func Text(text string) string {
	return bareKeys(fields(tokens(text)))
}

// mark stands where a secret was. No secret contains a bracket, and so none is found in or across a mark.
const mark = "[redacted]"

// base64 is one character of any base 64 alphabet, also where a URL or a JSON string has escaped it.
const base64 = `(?i:[\w+/=-]|%2[bf]|%3d|\\u00(?:2[bdf]|3d)|\\/)`
