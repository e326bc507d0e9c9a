package chattest

import (
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Guard makes a handler that is for the person at the machine, and for nobody's page. It lets a request through that names the
// host of the service, or the machine itself at the port of the service, and that no page of another origin has made.
// Others are answered 403: a page elsewhere can make a browser send them, and can have its own name lead here.
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
	name, port := splitHost(host, own.Scheme)
	ownName, ownPort := splitHost(own.Host, own.Scheme)
	return port == ownPort && slices.Contains([]string{ownName, "localhost", "127.0.0.1", "::1"}, name)
}

// splitHost takes a host apart. A port that is not there is that of the scheme.
func splitHost(host, scheme string) (name, port string) {
	name, port, err := net.SplitHostPort(host)
	if err != nil {
		name = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
		port = map[string]string{"http": "80", "https": "443"}[scheme]
	}
	return strings.ToLower(name), port
}

// isCrossOrigin reports whether a browser says that a page of another origin has made the request.
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
