package chattest

import "net/http"

// CheckAccessKey refuses a request that is not signed with the access key.
func (s *Service) CheckAccessKey(r *http.Request, body string) error {
	r.Host = r.URL.Host
	return s.checkAccessKey(r, []byte(body))
}

// ContentHash is the digest that a signed request has of its body.
func ContentHash(body string) string {
	return contentHash([]byte(body))
}
