package chattest_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat/chattest"
)

const identityVersion = "api-version=2026-09-23"

// manager manages users with an access key, in plain HTTP. Its members say how it signs; the zero value of each is right.
type manager struct {
	service *chattest.Service
	key     string        // another key than that of the service
	late    time.Duration // how far its clock is behind
	names   []string      // the signed headers
	host    string        // the host that it signs
	signed  string        // the body that it signs
	date    string        // the header for the time
}

func managerOf(s *chattest.Service) *manager {
	return &manager{service: s}
}

// do sends a signed request. A target without a version gets one.
func (m *manager) do(method, target, body string, headers ...string) answer {
	GinkgoHelper()
	if !strings.Contains(target, "api-version") {
		target += "?" + identityVersion
	}
	anonymous := &person{service: m.service}
	return anonymous.do(method, target, body, append(m.sign(method, target, body), headers...)...)
}

func (m *manager) post(target, body string) answer {
	GinkgoHelper()
	return m.do("POST", target, body)
}

// sign makes the headers of a signed request.
func (m *manager) sign(method, target, body string) []string {
	GinkgoHelper()
	_, key, _ := strings.Cut(m.service.ConnectionString(), ";accesskey=")
	if m.key != "" {
		key = m.key
	}
	names := []string{"x-ms-date", "host", "x-ms-content-sha256"}
	if m.names != nil {
		names = m.names
	}
	if m.signed != "" {
		body = m.signed
	}
	host := strings.TrimPrefix(m.service.Endpoint(), "https://")
	if m.host != "" {
		host = m.host
	}
	date := "x-ms-date"
	if m.date != "" {
		date = m.date
	}
	values := map[string]string{
		date: m.service.Now().Add(-m.late).UTC().Format(http.TimeFormat), "host": host, "x-ms-content-sha256": digest(body),
	}
	var signed []string
	for _, name := range names {
		signed = append(signed, values[name])
	}
	secret, err := base64.StdEncoding.DecodeString(key)
	Expect(err).NotTo(HaveOccurred())
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(method + "\n" + target + "\n" + strings.Join(signed, ";")))
	return []string{
		date, values[date], "x-ms-content-sha256", values["x-ms-content-sha256"],
		"Authorization", "HMAC-SHA256 SignedHeaders=" + strings.Join(names, ";") + "&Signature=" + base64.StdEncoding.EncodeToString(mac.Sum(nil)),
	}
}

func digest(body string) string {
	sum := sha256.Sum256([]byte(body))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// documented is the body of an error in the documented style.
func documented(code, message, target string) string {
	body := `{"error":{"code":` + quote(code) + `,"message":` + quote(message)
	if target != "" {
		body += `,"target":` + quote(target)
	}
	return body + `}}`
}

const deniedMessage = "Denied by the resource provider."

// denied expects the response to a caller who may not manage users, with the reason in the record of requests.
func (m *manager) denied(a answer, reason string) {
	GinkgoHelper()
	a.matches(401, documented("Denied", deniedMessage, ""))
	Expect(lastReason(m.service)).To(ContainSubstring(reason))
}

// lastReason is why the last request was refused.
func lastReason(s *chattest.Service) string {
	GinkgoHelper()
	all := s.Requests()
	Expect(all).NotTo(BeEmpty())
	return all[len(all)-1].Refused
}
