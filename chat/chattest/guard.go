package chattest

import (
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Guard protects a handler from pages of other sites, which can make a browser send requests to this machine and can make their own host
// name resolve to it. The host of a request must be that of the service, one of [Options.Hosts] or the machine itself, with any port, since
// ports may be forwarded, and the request must not come from a page of another origin. Other requests are refused with 403.
func (s *Service) Guard(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case !s.isOwnHost(r.Host):
			http.Error(w, "this is not "+s.endpoint, http.StatusForbidden)
		case isCrossOrigin(r):
			http.Error(w, "this is not for pages of another origin", http.StatusForbidden)
		default:
			h.ServeHTTP(w, r)
		}
	})
}

// isOwnHost reports whether a Host header names the service.
func (s *Service) isOwnHost(host string) bool {
	own, err := url.Parse(s.endpoint)
	if err != nil {
		return false
	}
	names := append([]string{hostName(own.Host), "localhost", "127.0.0.1", "::1"}, s.hosts...)
	return slices.ContainsFunc(names, func(name string) bool { return strings.EqualFold(name, hostName(host)) })
}

// hostName is a host without its port.
func hostName(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		return name
	}
	return strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
}

// isCrossOrigin reports whether a page of another origin sent the request, according to the headers that the browser adds.
func isCrossOrigin(r *http.Request) bool {
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" && site != "none" {
		return true
	}
	if len(r.Header["Origin"]) == 0 {
		return false
	}
	origin, err := url.Parse(r.Header.Get("Origin"))
	return err != nil || origin.Host == "" || !strings.EqualFold(origin.Host, r.Host)
}
