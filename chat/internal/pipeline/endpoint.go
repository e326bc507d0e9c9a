package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"unicode"
)

// Endpoint is the URL of a resource, without a slash at its end.
type Endpoint struct{ url.URL }

// ParseEndpoint checks what a caller gave. Its errors are the second half of a sentence about it.
func ParseEndpoint(text string, allowHTTP bool) (Endpoint, error) {
	fault := func(reason string) (Endpoint, error) { return Endpoint{}, errors.New(reason) }
	if strings.Contains(strings.ToLower(text), "accesskey=") {
		return fault("is a connection string: pass the https URL in it")
	}
	u, err := url.Parse(strings.TrimSpace(text))
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
			return fault(`must not end in "` + added + `", which the calls add: pass what comes before it`)
		}
	}
	return Endpoint{*u}, nil
}

// CheckID refuses an id that would change the meaning of a path: an empty segment and the dot segments. Its errors are the
// second half of a sentence about it.
func CheckID(id string) error {
	switch id {
	case "":
		return errors.New("must not be empty")
	case ".", "..":
		return fmt.Errorf("must be an id, not %q", id)
	}
	return nil
}

// Post sends a POST to the place at the endpoint that path and query name, escaped as they go out. It is what a generated client
// would send, for calls that are made often: those parse three URLs for each request.
func (p *Pipeline) Post(ctx context.Context, pathAndQuery, contentType string, body io.Reader) (*http.Response, error) {
	req, err := p.request(ctx, http.MethodPost, pathAndQuery, body)
	if err != nil {
		return nil, err
	}
	req.Header["Content-Type"] = []string{contentType}
	return p.Do(req)
}

// Follow sends a GET for the place a link names, at this pipeline's endpoint: scheme, host and port of the link are ignored, so
// that none can take the token elsewhere, and its path and query go out as they are written. Live ones hold things that a parser
// refuses. A link that no request can carry is an [ErrLink].
func (p *Pipeline) Follow(ctx context.Context, link string) (*http.Response, error) {
	link = PathAndQuery(link)
	if !IsPathAndQuery(link) {
		return nil, ErrLink
	}
	if inside, ok := strings.CutPrefix(link, p.endpoint.EscapedPath()+"/chat/"); ok {
		link = "/chat/" + inside // a gateway in front of the service has a path of its own
	}
	req, err := p.request(ctx, http.MethodGet, strings.ReplaceAll(link, " ", "%20"), nil)
	if err != nil {
		return nil, err
	}
	return p.Do(req)
}

// request makes a request for a path and a query that are escaped already, without a look at them.
func (p *Pipeline) request(ctx context.Context, method, pathAndQuery string, body io.Reader) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, method, "/", body)
	if err != nil {
		return nil, err
	}
	*req.URL, req.Host = p.endpoint.URL, p.endpoint.Host
	path, query, _ := strings.Cut(pathAndQuery, "?")
	path = p.endpoint.EscapedPath() + path
	req.URL.Path, req.URL.RawPath, req.URL.RawQuery = path, "", query
	if req.URL.EscapedPath() == path {
		return req, nil // net/url would escape it thus
	}
	req.URL.RawPath = path
	req.URL.Path, err = url.PathUnescape(path)
	return req, err
}

// ErrLink is the error of a link that can't be followed.
var ErrLink = errors.New("the link to the next page can't be read")

// PathAndQuery is what is left of a link without its scheme and authority.
func PathAndQuery(link string) string {
	if scheme, rest, ok := strings.Cut(link, "://"); ok && !strings.ContainsAny(scheme, "/?") {
		link = "//" + rest
	}
	if rest, ok := strings.CutPrefix(link, "//"); ok {
		link = strings.TrimLeftFunc(rest, func(r rune) bool { return r != '/' && r != '?' })
	}
	return "/" + strings.TrimLeft(link, "/")
}

// IsPathAndQuery reports whether a request can carry what PathAndQuery has made.
func IsPathAndQuery(link string) bool {
	path, _, _ := strings.Cut(link, "?")
	_, err := url.PathUnescape(path)
	return err == nil && strings.HasPrefix(path, "/") && !strings.ContainsFunc(link, unicode.IsControl)
}
