package session_test

import (
	"encoding/base64"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/session"
)

func TestSession(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "cmd/acschat/internal/session")
}

var _ = Describe("The claims of a token", func() {
	expires := time.Date(2026, 11, 4, 9, 15, 0, 0, time.UTC)
	payload := []byte(`{"skypeid":"acs:1_2","acsScope":"chat,voip","resourceId":"r","iat":1793783400,"exp":1793783700}`)

	DescribeTable("are read in any alphabet of base64", func(encoding *base64.Encoding) {
		claims, err := session.ReadClaims(chat.AccessToken{Token: "e30." + encoding.EncodeToString(payload) + ".c2ln"}, expires.Add(-time.Second))
		Expect(err).NotTo(HaveOccurred())
		Expect(claims).To(And(
			HaveField("User", "8:acs:1_2"), HaveField("Scopes", HaveExactElements("chat", "voip")), HaveField("Resource", "r"),
			HaveField("ExpiresOn", expires), HaveField("Expired", false),
		))
	},
		Entry("for URLs", base64.RawURLEncoding),
		Entry("for URLs, with padding", base64.URLEncoding),
		Entry("the standard one", base64.StdEncoding),
	)

	It("say that a token has expired in the second in which it does", func() {
		claims, err := session.ReadClaims(chat.AccessToken{Token: "e30." + base64.RawURLEncoding.EncodeToString(payload) + ".c2ln"}, expires)
		Expect(err).NotTo(HaveOccurred())
		Expect(claims.Expired).To(BeTrue())
	})

	It("of an encrypted token are not known, but when it expires", func() {
		header := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"dir","enc":"A256GCM"}`))
		claims, err := session.ReadClaims(chat.AccessToken{Token: header + "..a.b.c", ExpiresOn: expires}, expires)
		Expect(err).NotTo(HaveOccurred())
		Expect(claims).To(And(HaveField("Encrypted", true), HaveField("User", ""), HaveField("Expired", true)))
	})

	DescribeTable("are not read from other texts, which are not quoted", func(text, reason string) {
		_, err := session.ReadClaims(chat.AccessToken{Token: text}, expires)
		Expect(err).To(MatchError(And(ContainSubstring(reason), Not(ContainSubstring("5ecret")))))
	},
		Entry("of two parts", "5ecret.5ecret", "this has 2"),
		Entry("of five parts without an encryption", "5ecret.a.b.c.d", "does not name an encryption"),
		Entry("whose second part is not base64", "a.5ecret!.c", "not base64"),
		Entry("whose second part is not an object", "a."+base64.RawURLEncoding.EncodeToString([]byte("5ecret"))+".c", "not an object"),
	)
})
