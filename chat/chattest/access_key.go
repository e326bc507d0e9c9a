package chattest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// maxClockSkew is the maximum difference between the time in a signed request and that of the service.
const maxClockSkew = 15 * time.Minute

// checkAccessKey refuses a request that is not signed with the access key of the resource: over the method, the path and query as received,
// the time, the host and the digest of the body. The time may be that of the service or that of the machine, so that [Service.Advance] does
// not lock callers out. skew is the time by which a fault moves both ahead.
func (s *Service) checkAccessKey(r *http.Request, body []byte, skew time.Duration) error {
	signed, ok := parseSignature(r.Header.Get("Authorization"))
	if !ok {
		return denied("the request is not signed with an access key")
	}
	if r.Header.Get("X-Ms-Content-Sha256") != contentHash(body) {
		refused := denied("")
		refused.message = "Request 'x-ms-content-sha256' differs from generated content hash."
		return refused
	}
	date, err := http.ParseTime(r.Header.Get(signed.dateHeader()))
	if err != nil {
		return denied("the time of the request is not an HTTP date")
	}
	late := s.Now().Add(skew).Sub(date)
	lateHere := time.Now().Add(skew).Sub(date)
	if min(late.Abs(), lateHere.Abs()) > maxClockSkew {
		return denied(fmt.Sprintf("the time of the request is %v off that of the service", late.Round(time.Second)))
	}
	if !signed.by(s.accessKey, r, r.Host) && !signed.by(s.accessKey, r, withoutPort(r.Host)) {
		return denied("the signature was not made with the access key for this request and host")
	}
	return nil
}

// signature is the parsed value of an Authorization header with the scheme HMAC-SHA256.
type signature struct {
	headers []string // lower case, in the order in which their values are signed
	value   []byte
}

// parseSignature reads an Authorization header. It reports false for another scheme, and if the time, the host or the digest of the
// body is not signed.
func parseSignature(authorization string) (s signature, ok bool) {
	scheme, text, _ := strings.Cut(authorization, " ")
	if !strings.EqualFold(scheme, "HMAC-SHA256") {
		return s, false
	}
	for part := range strings.SplitSeq(text, "&") {
		name, value, _ := strings.Cut(part, "=")
		switch {
		case strings.EqualFold(name, "SignedHeaders"):
			s.headers = strings.Split(strings.ToLower(value), ";")
		case strings.EqualFold(name, "Signature"):
			s.value, _ = decodeCanonical(base64.StdEncoding, value)
		}
	}
	return s, s.dateHeader() != "" && slices.Contains(s.headers, "host") && slices.Contains(s.headers, "x-ms-content-sha256")
}

// dateHeader returns the name of the signed header with the time, or "" if there is none.
func (s signature) dateHeader() string {
	for _, name := range []string{"x-ms-date", "date"} {
		if slices.Contains(s.headers, name) {
			return name
		}
	}
	return ""
}

// by reports whether key made the signature for the request with this host.
func (s signature) by(key []byte, r *http.Request, host string) bool {
	values := make([]string, len(s.headers))
	for i, name := range s.headers {
		if values[i] = r.Header.Get(name); name == "host" {
			values[i] = host
		}
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(r.Method + "\n" + requestTarget(r) + "\n" + strings.Join(values, ";")))
	return hmac.Equal(mac.Sum(nil), s.value)
}

// requestTarget is the path and query as received, not decoded.
func requestTarget(r *http.Request) string {
	if strings.HasPrefix(r.RequestURI, "/") {
		return r.RequestURI
	}
	u := url.URL{Path: r.URL.Path, RawPath: r.URL.RawPath, RawQuery: r.URL.RawQuery, ForceQuery: r.URL.ForceQuery}
	return u.RequestURI()
}

// withoutPort removes the port from a host, as some clients do before they sign it.
func withoutPort(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		return name
	}
	return host
}

func contentHash(body []byte) string {
	sum := sha256.Sum256(body)
	return base64.StdEncoding.EncodeToString(sum[:])
}
