package identity_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/identity"
)

var _ = Describe("UserAndToken", func() {
	const form = `{"identity":{"id":"8:acs:u"},"accessToken":{"token":"eyJ.secret.sig","expiresOn":"2026-01-02T03:04:05Z"}}`
	token := chat.AccessToken{Token: "eyJ.secret.sig", ExpiresOn: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	issued := identity.UserAndToken{User: chat.CommunicationUser{ID: "8:acs:u"}, Token: token}

	It("is written and read in the form of the service", func() {
		Expect(json.Marshal(issued)).To(BeEquivalentTo(form))
		var again identity.UserAndToken
		Expect(json.Unmarshal([]byte(form), &again)).To(Succeed())
		Expect(again).To(Equal(issued))
	})

	It("is read without an expiry that JSON can't represent in UTC", func() {
		var read identity.UserAndToken
		Expect(json.Unmarshal([]byte(`{"accessToken":{"token":"a","expiresOn":"9999-12-31T23:59:59-14:00"}}`), &read)).To(Succeed())
		Expect(read).To(Equal(identity.UserAndToken{Token: chat.AccessToken{Token: "a"}}))
	})

	It("has no token in JSON if there is none", func() {
		again := issued
		Expect(json.Marshal(identity.UserAndToken{User: issued.User})).To(BeEquivalentTo(`{"identity":{"id":"8:acs:u"}}`))
		Expect(json.Unmarshal([]byte(`{"identity":{"id":"8:acs:v"}}`), &again)).To(Succeed())
		Expect(again).To(Equal(identity.UserAndToken{User: chat.CommunicationUser{ID: "8:acs:v"}}))
		Expect(json.Unmarshal([]byte(`null`), &again)).To(Succeed())
		Expect(again.User.ID).To(Equal("8:acs:v"))
		Expect(json.Unmarshal([]byte(`[]`), &again)).To(MatchError("identity: unmarshal identity.UserAndToken: not a JSON object"))
	})

	It("shows no token in texts and logs, and neither does TeamsExtensionToken", func(ctx SpecContext) {
		var b bytes.Buffer
		for _, value := range []any{issued, identity.TeamsExtensionToken{User: issued.User, Token: token}} {
			fmt.Fprintf(&b, "%v %+v %#v\n", value, value, value)
			slog.New(slog.NewTextHandler(&b, nil)).InfoContext(ctx, "m", "a", value)
			slog.New(slog.NewJSONHandler(&b, nil)).InfoContext(ctx, "m", "a", value)
		}
		Expect(b.String()).NotTo(ContainSubstring("secret"))
		Expect(b.String()).To(And(
			ContainSubstring("a.user=8:acs:u a.token.token=[redacted] a.token.expiresOn=2026-01-02T03:04:05.000Z"),
			ContainSubstring(`"token":{"token":"[redacted]","expiresOn":"2026-01-02T03:04:05Z"}`),
		))
	})
})
