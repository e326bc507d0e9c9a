// Package operations is the table of what Communication Services publishes about each operation of its chat and identity APIs.
// Everything below chat that needs one of these facts takes it from here.
package operations

import (
	"net/url"
	"slices"
	"strings"
	"time"
)

// Operation is what is published about one operation. It refers to the table and must not be changed.
type Operation struct {
	ID       string   // the operationId of the contract
	Pattern  string   // as for [net/http.ServeMux]
	Name     string   // a verb and its object, for texts
	Scopes   []string // each of which allows the operation; none for the identity API, which takes no user tokens
	Rates    []Rate
	Versions []string // the api-versions in which the service lists the operation, oldest first
}

// Rate is a limit: at most Most requests of all operations with the same Counter in any Window, for each Scope. Rates are comparable,
// and those of operations that are counted together are equal.
type Rate struct {
	Counter string // what the requests do, after "the limit to"
	Scope   Scope
	Most    int
	Window  time.Duration
}

// Scope says whose requests are counted together.
type Scope string

// The scopes of rates.
const (
	Resource      Scope = "resource"
	User          Scope = "user"
	Thread        Scope = "thread"
	UserAndThread Scope = "user and thread"
)

// All lists the operations of the chat API and then those of the identity API, in the order of the contracts.
func All() []Operation { return slices.Clone(table) }

// ByID finds an operation by its operationId.
func ByID(id string) (o Operation, ok bool) {
	return find(func(o Operation) bool { return o.ID == id })
}

// ByPattern finds an operation by its pattern.
func ByPattern(pattern string) (o Operation, ok bool) {
	return find(func(o Operation) bool { return o.Pattern == pattern })
}

func find(match func(Operation) bool) (o Operation, ok bool) {
	i := slices.IndexFunc(table, match)
	if i < 0 {
		return Operation{}, false
	}
	return table[i], true
}

// Match finds the operation that a request calls. The escaped path may have segments above the operation's own, as those of a
// gateway. The arguments are the unescaped values of the wildcards in the pattern, by name.
func Match(method, path string) (o Operation, above string, arguments map[string]string) {
	for _, o := range table {
		if above, arguments, ok := o.match(method, path); ok {
			return o, above, arguments
		}
	}
	return Operation{}, "", nil
}

func (o Operation) match(method, path string) (above string, arguments map[string]string, ok bool) {
	wantedMethod, wantedPath, _ := strings.Cut(o.Pattern, " ")
	wanted, segments := strings.Split(wantedPath, "/")[1:], strings.Split(path, "/")
	own := len(segments) - len(wanted)
	if method != wantedMethod || own < 1 {
		return "", nil, false
	}
	arguments = make(map[string]string)
	for i, segment := range segments[own:] {
		name, wildcard := strings.CutPrefix(wanted[i], "{")
		switch value, err := url.PathUnescape(segment); {
		case !wildcard && segment != wanted[i], err != nil:
			return "", nil, false
		case wildcard:
			arguments[strings.TrimSuffix(name, "}")] = value
		}
	}
	return strings.Join(segments[:own], "/"), arguments, true
}

// AllowedBy reports whether a token with these scopes allows the operation.
func (o Operation) AllowedBy(scopes []string) bool {
	return slices.ContainsFunc(scopes, func(scope string) bool { return slices.Contains(o.Scopes, scope) })
}

// Supports reports whether the operation exists in an api-version. The service serves typing in the first version of chat too, which
// it does not list there.
func (o Operation) Supports(version string) bool {
	return slices.Contains(o.Versions, version) || o.ID == SendTypingNotification && slices.Contains(ChatVersions(), version)
}

// IsIdentityPath reports whether a path belongs to the identity API, also one that is no operation.
func IsIdentityPath(path string) bool {
	first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return first == "identities" || first == "teamsUser" || first == "access"
}
