package realtime

import (
	"fmt"
	"net/netip"
	"net/url"
	"strings"

	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
)

// serviceURL checks a URL to which a token will be sent. name is its source, for errors. Plain http is checked where the token is added.
func serviceURL(name, text string) (*url.URL, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Hostname() == "" || u.User != nil:
		return nil, fmt.Errorf("%s is not a URL: %q", name, pipeline.LogLine(text))
	case u.Scheme != "https" && (u.Scheme != "http" || !isLoopback(u.Hostname())):
		return nil, fmt.Errorf("%s is not an https URL, and no token is sent there: %q", name, pipeline.LogLine(text))
	}
	return u, nil
}

func isLoopback(host string) bool {
	address, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && address.IsLoopback()
}

// isNeighbour reports whether u is at the host in the configuration, or at another host of the same domain: for go.trouter.example.com, at
// any name below trouter.example.com. The ports must be equal.
func isNeighbour(u, named *url.URL) bool {
	host, own := strings.ToLower(u.Hostname()), strings.ToLower(named.Hostname())
	if u.Scheme != named.Scheme || port(u) != port(named) {
		return false
	}
	if host == own {
		return true
	}
	_, domain, _ := strings.Cut(own, ".")
	_, notAName := netip.ParseAddr(own)
	return notAName != nil && strings.Count(domain, ".") > 1 && strings.HasSuffix(host, "."+domain)
}

func port(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Port()
	case u.Scheme == "http":
		return "80"
	}
	return "443"
}
