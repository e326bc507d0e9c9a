package redact

// Text returns text with every secret replaced by "[redacted]". It recognizes
//
//   - tokens: signed or encrypted ones by their form, and opaque ones after "Bearer" or in a field or parameter whose name ends in
//     "token";
//   - access keys: in a connection string or another field of that name, and by their form;
//   - signatures: in an HMAC-SHA256 Authorization header, and in a field or parameter named sig or signature.
//
// The names of fields are kept. Secrets with the escapes of a URL or a JSON string are recognized; secrets that are broken over lines are
// not. Redacting a text again does not change it.
//
// Other private data, such as message texts, names and the ids of users, is not replaced.
func Text(text string) string {
	return bareKeys(fields(tokens(text)))
}

// mark replaces a secret. No secret contains a bracket, so that none is found in or across a mark.
const mark = "[redacted]"

// base64 is one character of any base 64 alphabet, also where a URL or a JSON string has escaped it.
const base64 = `(?i:[\w+/=-]|%2[bf]|%3d|\\u00(?:2[bdf]|3d)|\\/)`
