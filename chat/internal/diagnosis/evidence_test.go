package diagnosis_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"syscall"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat/explain"
	"github.com/acschat/acs-chat-go/chat/internal/diagnosis"
)

const (
	mine   = "5b0c2f6e-7a41-4d39-9c58-0e1f2a3b4c5d"
	theirs = "11111111-7a41-4d39-9c58-0e1f2a3b4c5d"
	suffix = "_0000002a-e8e1-3698-a1b2-c3d4e5007101"
)

// refusal is an answer with a status that a request to the chat API got, changed.
func refusal(status int, change func(*diagnosis.Refusal)) diagnosis.Facts {
	now := time.Now().Truncate(time.Second)
	r := &diagnosis.Refusal{Status: status, CorrelationVector: "cv", Seen: diagnosis.Seen{
		Method: http.MethodGet, Host: "fabrikam.unitedstates.communication.azure.com", Path: "/chat/threads", At: now, ServiceTime: now,
		Token: diagnosis.Token{
			Readable: true, User: "8:acs:" + mine + suffix, Resource: mine, ResourceLocation: "unitedstates",
			Scopes: []string{"chat"}, Expires: now.Add(time.Hour),
		},
	}}
	change(r)
	return diagnosis.Facts{Err: errors.New("refused"), Refusal: r}
}

// identityRefusal is an answer of the identity API to a request that was signed with an access key, changed.
func identityRefusal(status int, code string, change func(*diagnosis.Refusal)) diagnosis.Facts {
	return refusal(status, func(r *diagnosis.Refusal) {
		r.Code, r.Seen.Token, r.Seen.Scheme = code, diagnosis.Token{}, "HMAC-SHA256"
		r.Seen.Method, r.Seen.Path = http.MethodPost, "/identities/8:acs:"+mine+suffix+"/:issueAccessToken"
		change(r)
	})
}

func kinds(facts diagnosis.Facts) []explain.Kind {
	var list []explain.Kind
	for _, cause := range diagnosis.Explain(context.Background(), facts, nil).Causes {
		list = append(list, cause.Kind)
	}
	return list
}

func unchanged(*diagnosis.Refusal) {}

var _ = Describe("Explain", func() {
	DescribeTable("ranks the causes of a 401 of the chat API by evidence",
		func(change func(*diagnosis.Refusal), expected ...explain.Kind) {
			Expect(kinds(refusal(http.StatusUnauthorized, change))).To(Equal(expected))
		},
		Entry("for a token of the endpoint's location, which may belong to its resource", unchanged, explain.TokenRevoked, explain.TokenResource),
		Entry("for a token of another location", func(r *diagnosis.Refusal) {
			r.Seen.Token.ResourceLocation = "europe"
		}, explain.TokenResource, explain.TokenRevoked),
		Entry("for a token whose user belongs to another resource than the token", func(r *diagnosis.Refusal) {
			r.Seen.Token.User = "8:acs:" + theirs + suffix
		}, explain.TokenResource, explain.TokenRevoked),
		Entry("for a token that was accepted before", func(r *diagnosis.Refusal) {
			r.Seen.Token.Accepted = true
		}, explain.TokenRevoked),
		Entry("for a token that has expired", func(r *diagnosis.Refusal) {
			r.Seen.Token.Expires = r.Seen.At.Add(-time.Minute)
			r.Seen.Token.ResourceLocation = "europe"
		}, explain.TokenExpired),
		Entry("for a clock that is behind", func(r *diagnosis.Refusal) {
			r.Seen.ServiceTime = r.Seen.At.Add(2 * time.Hour)
		}, explain.Clock),
	)

	DescribeTable("ranks the causes of a 403 by evidence",
		func(change func(*diagnosis.Refusal), expected ...explain.Kind) {
			Expect(kinds(refusal(http.StatusForbidden, func(r *diagnosis.Refusal) {
				r.Seen.Method, r.Seen.Path = http.MethodPost, "/chat/threads"
				change(r)
			}))).To(Equal(expected))
		},
		Entry("with participants of the token's resource alone", func(r *diagnosis.Refusal) {
			r.Seen.Sent = diagnosis.ReadSent([]byte(`{"participants":[{"communicationIdentifier":{"rawId":"8:acs:` + mine + suffix + `"}}]}`))
		}, explain.Unknown),
		Entry("with a participant whose resource is not known", func(r *diagnosis.Refusal) {
			r.Seen.Sent = diagnosis.ReadSent([]byte(`{"participants":[{"communicationIdentifier":{"rawId":"8:orgid:1"}}]}`))
		}, explain.OtherResource),
		Entry("with a participant of another resource", func(r *diagnosis.Refusal) {
			r.Seen.Sent = diagnosis.ReadSent([]byte(`{"participants":[{"communicationIdentifier":{"rawId":"8:acs:` + theirs + suffix + `"}}]}`))
		}, explain.OtherResource),
	)

	DescribeTable("ranks the causes of a refusal of the identity API by evidence",
		func(status int, code string, change func(*diagnosis.Refusal), expected ...explain.Kind) {
			Expect(kinds(identityRefusal(status, code, change))).To(Equal(expected))
		},
		Entry("for a signature that does not fit", 401, "Denied", unchanged, explain.AccessKey),
		Entry("for a refusal without a reason", 401, "", unchanged, explain.AccessKey),
		Entry("for a clock that is off", 401, "Denied", func(r *diagnosis.Refusal) {
			r.Seen.ServiceTime = r.Seen.At.Add(30 * time.Minute)
		}, explain.Clock, explain.AccessKey),
		Entry("for a body that was changed on the way", 401, "Denied", func(r *diagnosis.Refusal) {
			r.Message = "Request 'x-ms-content-sha256' differs from generated content hash."
		}, explain.RequestAltered),
		Entry("for a user of another resource", 401, "IdentityNotOwned", func(r *diagnosis.Refusal) {
			r.Seen.ServiceTime = r.Seen.At.Add(30 * time.Minute)
		}, explain.UserUnknown),
		Entry("for the Entra token of an application", 401, "Denied", func(r *diagnosis.Refusal) { r.Seen.Scheme = "Bearer" }, explain.EntraToken),
		Entry("for an application without a role", 403, "Forbidden", func(r *diagnosis.Refusal) { r.Seen.Scheme = "Bearer" }, explain.EntraToken),
		Entry("for the token of a Teams user", 401, "InvalidAccessToken", func(r *diagnosis.Refusal) {
			r.Seen.Path = "/teamsUser/:exchangeAccessToken"
		}, explain.EntraToken),
		Entry("for scopes that do not exist", 400, "ValidationError", unchanged, explain.BadRequest),
		Entry("for an API version that does not exist", 400, "UnsupportedApiVersion", unchanged, explain.APIVersion),
		Entry("for too many requests", 429, "TooManyRequests", unchanged, explain.Throttled),
		Entry("for a 403 with an access key", 403, "Forbidden", unchanged, explain.Unknown),
		Entry("for a 404", 404, "NotFound", unchanged, explain.Unknown),
	)

	It("explains a token that could not be fetched by the answer of the identity API", func() {
		facts := identityRefusal(http.StatusUnauthorized, "Denied", unchanged)
		facts.Fetch = &diagnosis.Fetch{Cause: facts.Err}
		Expect(kinds(facts)).To(Equal([]explain.Kind{explain.AccessKey}))

		facts.Refusal.Seen.Path, facts.Refusal.Seen.Method = "", "" // as from a transport that does not say what it was asked
		Expect(kinds(facts)).To(Equal([]explain.Kind{explain.AccessKey}))

		facts.Refusal = nil
		Expect(kinds(facts)).To(Equal([]explain.Kind{explain.TokenFetch}))
	})

	It("says how a Go program trusts the emulator, and no other server", func() {
		issued := func(by string) string {
			leaf := &x509.Certificate{Issuer: pkix.Name{CommonName: by}, DNSNames: []string{"localhost"}}
			err := &tls.CertificateVerificationError{UnverifiedCertificates: []*x509.Certificate{leaf}, Err: x509.UnknownAuthorityError{Cert: leaf}}
			return diagnosis.Explain(context.Background(), diagnosis.Facts{Err: err}, nil).Causes[0].Fix
		}
		Expect(issued("acschat emulator QZ7M2K4A")).To(And(ContainSubstring("SSL_CERT_FILE"), ContainSubstring("acschat emulator trust")))
		Expect(issued("Corporate Proxy CA")).To(And(ContainSubstring("RootCAs"), Not(ContainSubstring("emulator"))))
	})

	Context("for a token that could not be fetched, as no server answered", func() {
		const identities = "https://fabrikam.communication.azure.com/identities/8:acs:a/:issueAccessToken"
		refused := &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
		fetching := func(cause error) explain.Cause {
			err := fmt.Errorf("chat: list threads: refresh token: %w", cause)
			causes := diagnosis.Explain(context.Background(), diagnosis.Facts{Err: err, Fetch: &diagnosis.Fetch{Cause: cause}}, nil).Causes
			Expect(causes).To(HaveLen(1))
			return causes[0]
		}

		DescribeTable("names the cause on the way", func(cause error, expected explain.Kind) {
			found := fetching(&url.Error{Op: "Post", URL: identities, Err: cause})
			Expect(found.Kind).To(Equal(expected))
			Expect(found.What).To(HavePrefix("no token could be fetched: "))
			Expect(found.Fix).NotTo(ContainSubstring("mint function"))
		},
			Entry("a closed port", refused, explain.Connection),
			Entry("an unknown host", &net.DNSError{Name: "fabrikam", IsNotFound: true}, explain.Host),
			Entry("an untrusted certificate", &tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}, explain.CertificateAuthority),
			Entry("a certificate for another host", &tls.CertificateVerificationError{
				Err: x509.HostnameError{Certificate: &x509.Certificate{}, Host: "fabrikam"},
			}, explain.CertificateName),
			Entry("a server without TLS", http.ErrSchemeMismatch, explain.TLS),
			Entry("a proxy", &net.OpError{Op: "proxyconnect", Err: syscall.ECONNREFUSED}, explain.Proxy),
			Entry("a connection that broke", io.ErrUnexpectedEOF, explain.ConnectionLost),
			Entry("a deadline", context.DeadlineExceeded, explain.Timeout),
		)

		It("names the endpoint only if the callback asked it", func() {
			Expect(fetching(&url.Error{Op: "Post", URL: identities, Err: refused}).Fix).To(ContainSubstring("the port of the endpoint"))
			for _, cause := range []error{&url.Error{Op: "Get", URL: "https://shop.example/token", Err: refused}, refused} {
				found := fetching(cause)
				Expect(found.What + found.Fix).NotTo(ContainSubstring("endpoint"))
				Expect(found.What).To(ContainSubstring("no server listens at the address that the callback asks"))
			}
		})

		It("blames no connection for an error of the callback itself", func() {
			for _, cause := range []error{io.EOF, errors.New("no such user here"), context.Canceled} {
				found := fetching(fmt.Errorf("read the token: %w", cause))
				Expect(found.Kind).To(Equal(explain.TokenFetch))
				Expect(found.Fix).NotTo(ContainSubstring("part of your program"))
			}
		})
	})
})
