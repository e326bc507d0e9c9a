package chat

import (
	"context"
	"net/http"
	"net/url"
	"strings"
)

// endpoint is the URL of a resource, without a slash at its end.
type endpoint struct{ url.URL }

func parseEndpoint(text string, allowHTTP bool) (endpoint, error) {
	fault := func(reason string) (endpoint, error) {
		return endpoint{}, &ArgumentError{Name: "endpoint", Reason: reason}
	}
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
	return endpoint{*u}, nil
}

// newRequest asks for the place a link names, at this endpoint: its scheme, host and port are ignored, so that no link can
// take the token elsewhere, and its path and query go out as they are written. Live ones hold things that a parser refuses.
func (e endpoint) newRequest(ctx context.Context, link string) (*http.Request, error) {
	path, query, _ := strings.Cut(pathAndQuery(link), "?")
	if !strings.HasPrefix(path, e.EscapedPath()+"/") { // a gateway in front of the service has a path of its own
		path = e.EscapedPath() + path
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, e.Scheme+"://"+e.Host, nil)
	if err != nil {
		return nil, err
	}
	req.URL.RawQuery = query
	req.URL.RawPath = path
	if req.URL.Path, err = url.PathUnescape(path); err != nil {
		return nil, &ArgumentError{Name: "ContinuationToken", Reason: "is not one this client gave"}
	}
	return req, nil
}

// pathAndQuery is what is left of a link without its scheme and authority.
func pathAndQuery(link string) string {
	if _, rest, ok := strings.Cut(link, "://"); ok {
		_, link, _ = strings.Cut(rest, "/")
	}
	return "/" + strings.TrimLeft(link, "/")
}
