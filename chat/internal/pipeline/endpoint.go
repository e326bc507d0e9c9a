package pipeline

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"unicode"

	"github.com/acschat/acs-chat-go/chat/internal/secret"
)

// Endpoint is the URL of a resource, without a trailing slash.
type Endpoint struct{ url.URL }

// ParseEndpoint parses and checks an endpoint. Its errors are predicates, to be put after the name of the argument.
func ParseEndpoint(text string, allowHTTP bool) (Endpoint, error) {
	fault := func(reason string) (Endpoint, error) { return Endpoint{}, errors.New(reason) }
	if strings.Contains(strings.ToLower(text), "accesskey=") {
		return fault("is a connection string: pass the https URL in it")
	}
	text = strings.TrimSpace(text)
	if err := secret.Alone("URL", text); err != nil {
		return Endpoint{}, err
	}
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "" || u.Hostname() == "":
		return fault(`must be a URL such as "https://<resource>.communication.azure.com"`)
	case u.Scheme == "http" && !allowHTTP:
		return fault("must begin with https: a token is not sent in clear (InsecureAllowCredentialWithHTTP allows it for tests)")
	case u.Scheme != "https" && u.Scheme != "http":
		return fault("must begin with https://")
	case u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return fault("must have no user, query or fragment")
	}
	u.Path, u.RawPath = strings.TrimRight(u.Path, "/"), strings.TrimRight(u.RawPath, "/")
	for _, added := range []string{"/chat/threads", "/identities"} {
		if strings.HasSuffix(strings.ToLower(u.Path), added) {
			return fault(`must not end in "` + added + `", which the calls add: remove it`)
		}
	}
	return Endpoint{*u}, nil
}

// CheckID refuses an id that would change the meaning of a path: the empty one and the dot segments. Its errors are predicates,
// to be put after the name of the argument.
func CheckID(id string) error {
	switch id {
	case "":
		return errors.New("must not be empty")
	case ".", "..":
		return fmt.Errorf("must be an id, not %q", id)
	}
	return nil
}

// Follow sends a GET to the path and query of a link, at the endpoint of the pipeline. The scheme, host and port of the link are
// ignored, so that the token is not sent elsewhere. Path and query are sent as written, since the service's links contain text
// that a URL parser refuses. [ErrLink]: a request cannot contain the link.
func (p *Pipeline) Follow(ctx context.Context, link string) (*http.Response, error) {
	link = PathAndQuery(link)
	if !IsPathAndQuery(link) {
		return nil, ErrLink
	}
	if inside, ok := strings.CutPrefix(link, p.endpoint.EscapedPath()+"/chat/"); ok {
		link = "/chat/" + inside // the endpoint has a path, that of a gateway, and the link has it too
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "/", nil)
	if err != nil {
		return nil, err
	}
	*req.URL, req.Host = p.endpoint.URL, p.endpoint.Host
	path, query, _ := strings.Cut(strings.ReplaceAll(link, " ", "%20"), "?")
	req.URL.RawPath, req.URL.RawQuery = p.endpoint.EscapedPath()+path, query
	if req.URL.Path, err = url.PathUnescape(req.URL.RawPath); err != nil {
		return nil, err
	}
	return p.Do(req)
}

// ErrLink is the error of a link that cannot be followed.
var ErrLink = errors.New("the link to the next page cannot be followed")

// PathAndQuery returns a link without its scheme and authority.
func PathAndQuery(link string) string {
	if scheme, rest, ok := strings.Cut(link, "://"); ok && !strings.ContainsAny(scheme, "/?") {
		link = "//" + rest
	}
	if rest, ok := strings.CutPrefix(link, "//"); ok {
		link = strings.TrimLeftFunc(rest, func(r rune) bool { return r != '/' && r != '?' })
	}
	return "/" + strings.TrimLeft(link, "/")
}

// IsPathAndQuery reports whether a request can contain the result of PathAndQuery.
func IsPathAndQuery(link string) bool {
	path, _, _ := strings.Cut(link, "?")
	_, err := url.PathUnescape(path)
	return err == nil && strings.HasPrefix(path, "/") && !strings.ContainsFunc(link, unicode.IsControl)
}
