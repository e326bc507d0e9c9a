package chat_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
)

var _ = Describe("The text of an AccessToken", func() {
	secret := chat.AccessToken{Token: "eyJ.secret.sig", ExpiresOn: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}

	DescribeTable("contains no token in", func(verb string) {
		for _, value := range []any{secret, &secret, []chat.AccessToken{secret}, struct{ T chat.AccessToken }{secret}, map[string]chat.AccessToken{"a": secret}} {
			Expect(fmt.Sprintf(verb, value)).NotTo(ContainSubstring("secret"))
		}
		Expect(fmt.Sprintf(verb, secret)).To(Equal("{Token:[redacted] ExpiresOn:2026-01-02T03:04:05Z}"))
	},
		Entry(nil, "%v"), Entry(nil, "%+v"), Entry(nil, "%#v"), Entry(nil, "%s"), Entry(nil, "%q"), Entry(nil, "%x"), Entry(nil, "%d"),
	)

	It("shows an empty token", func() {
		Expect(fmt.Sprint(chat.AccessToken{})).To(Equal("{Token: ExpiresOn:0001-01-01T00:00:00Z}"))
	})

	It("contains no token in a log", func(ctx SpecContext) {
		var b bytes.Buffer
		slog.New(slog.NewTextHandler(&b, nil)).InfoContext(ctx, "m", "a", secret, "b", &secret)
		slog.New(slog.NewJSONHandler(&b, nil)).InfoContext(ctx, "m", "a", secret, "b", &secret)
		Expect(b.String()).To(And(
			Not(ContainSubstring("secret")), ContainSubstring("a.token=[redacted] a.expiresOn=2026-01-02T03:04:05.000Z"),
			ContainSubstring(`"b":{"token":"[redacted]","expiresOn":"2026-01-02T03:04:05Z"}`),
		))
	})

	It("contains the token in JSON", func() {
		form := `{"token":"eyJ.secret.sig","expiresOn":"2026-01-02T03:04:05Z"}`
		Expect(jsonOf(secret)).To(Equal(form))
		var again chat.AccessToken
		Expect(json.Unmarshal([]byte(form), &again)).To(Succeed())
		Expect(again).To(Equal(secret))
		Expect(jsonOf(chat.AccessToken{ExpiresOn: secret.ExpiresOn})).To(Equal(`{"expiresOn":"2026-01-02T03:04:05Z"}`))
	})
})
