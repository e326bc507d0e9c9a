package chat_test

import (
	"context"
	"encoding/base64"
	"errors"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
)

// readable is a token that needs no ExpiresOn.
const readable = "h.eyJleHAiOjE5MDAwMDAwMDB9.s"

// commonEnd is when the readable tokens of these specs end, unless they say otherwise.
const commonEnd = 1900000000

var _ = Describe("AccessToken", func() {
	DescribeTable("its expiry is the exp claim of the payload, in whole seconds",
		func(token string, want int64) {
			credential, err := chat.NewStaticTokenCredential(chat.AccessToken{Token: token})
			Expect(err).NotTo(HaveOccurred())

			got, err := credential.Token(context.Background())
			Expect(err).NotTo(HaveOccurred())
			Expect(got.Token).To(Equal(token), "the token itself is not touched")
			Expect(got.ExpiresOn).To(BeTemporally("==", time.Unix(want, 0)))
		},
		Entry("plain", "h.eyJleHAiOjE5MDAwMDAwMDB9.s", int64(commonEnd)),
		Entry("with - and _ of base64url", "h.eyJleHAiOjE5MDAwMDAwMDAsIm4iOiI-Pj4_Pz8ifQ.s", int64(commonEnd)),
		Entry("with + and / of the standard alphabet", "h.eyJleHAiOjE5MDAwMDAwMDAsIm4iOiI+Pj4/Pz8ifQ.s", int64(commonEnd)),
		Entry("with a space in the JSON", "h.eyJleHAiOiAxOTAwMDAwMDAwfQ.s", int64(commonEnd)),
		Entry("with padding", "h.eyJleHAiOiAxOTAwMDAwMDAwfQ==.s", int64(commonEnd)),
		Entry("with five segments, as an encrypted one has", "h.eyJleHAiOjE5MDAwMDAwMDB9.iv.text.tag", int64(commonEnd)),
		Entry("with only a payload", ".eyJleHAiOjE5MDAwMDAwMDB9.", int64(commonEnd)),
		Entry("with a fraction, which is truncated", tokenWith(`{"exp":1900000000.9}`), int64(commonEnd)),
		Entry("with an exponent", tokenWith(`{"exp":1.9e9}`), int64(commonEnd)),
		Entry("among other claims", tokenWith(`{"sub":7,"aud":["a"],"exp":1900000000,"iat":"then","x":{"exp":1}}`), int64(commonEnd)),
		Entry("long ago", tokenWith(`{"exp":1}`), int64(1)),
		Entry("up to the year 9999", tokenWith(`{"exp":253402300799}`), int64(253402300799)),
	)

	DescribeTable("an unreadable one is rejected before any request, and not quoted",
		func(token, reason string) {
			initial := chat.AccessToken{Token: token}
			refresh := (&issuer{answer: mints(time.Hour)}).refresh

			_, err := chat.NewStaticTokenCredential(chat.AccessToken{Token: token})
			refuses(err, "token", token, reason)
			if token != "" { // there, it means that there is none
				_, err = chat.NewTokenCredential(refresh, &chat.TokenCredentialOptions{InitialToken: initial})
				refuses(err, "InitialToken", token, reason)
			}

			credential := credentialOf((&issuer{answer: gives(initial)}).refresh, nil)
			_, err = credential.Token(context.Background())
			Expect(err).To(MatchError(ContainSubstring("the new token " + reason)))
			keeps(err, token)
		},
		Entry("empty", "", "is empty"),
		Entry("blank", "   ", "is blank"),
		Entry("one segment", "secret", "is not a JSON Web Token: 1 of 3"),
		Entry("two segments", "secret.secret", "is not a JSON Web Token: 2 of 3"),
		Entry("a payload that is not base64", "h.secre~.s", "has a payload that is not base64"),
		Entry("a truncated payload", "h.eyJleHAiOjE5MDAwMDAwM.s", "has a payload that is not base64"),
		Entry("a payload that is not JSON", tokenWith("secret"), "has no numeric exp claim"),
		Entry("an empty payload", "secret..secret", "has no numeric exp claim"),
		Entry("a payload that is a list", tokenWith(`["secret",1900000000]`), "has no numeric exp claim"),
		Entry("a payload that is null", tokenWith(`null`), "has no numeric exp claim"),
		Entry("no exp", tokenWith(`{"sub":"secret"}`), "has no numeric exp claim"),
		Entry("no exp, the published vector", "h.eyJzdWIiOiJ4In0.s", "has no numeric exp claim"),
		Entry("exp null", tokenWith(`{"exp":null}`), "has no numeric exp claim"),
		Entry("exp a string", tokenWith(`{"exp":"1900000000","sub":"secret"}`), "has no numeric exp claim"),
		Entry("exp a list", tokenWith(`{"exp":[1900000000]}`), "has no numeric exp claim"),
		Entry("exp true", tokenWith(`{"exp":true}`), "has no numeric exp claim"),
		Entry("exp that is not a finite number", tokenWith(`{"exp":1e999}`), "has no numeric exp claim"),
		Entry("exp in milliseconds", tokenWith(`{"exp":1900000000000}`), "has an exp claim that is not a number of seconds"),
		Entry("exp that is too large", tokenWith(`{"exp":1e300}`), "has an exp claim that is not a number of seconds"),
		Entry("exp negative", tokenWith(`{"exp":-1900000000}`), "has an exp claim that is not a number of seconds"),
		Entry("a line break, as read from a file", tokenWith(`{"exp":1900000000}`)+"\n", "begins or ends with white space"),
		Entry("a line break inside", "h.eyJleHAiOjE5\nMDAwMDAwMDB9.s", "contains a space, a line break"),
		Entry("a space inside", "h. eyJleHAiOjE5MDAwMDAwMDB9.s", "contains a space"),
		Entry("the value of the header", "Bearer "+tokenWith(`{"exp":1900000000}`), `begins with "Bearer ", which is not part of the token: remove it`),
		Entry("the value of the header in small letters", "bearer secret", `begins with "Bearer "`),
		Entry("a letter outside ASCII", "h.eyJleHAiOjE5MDAwMDAwMDB9.sécret", "contains a space, a line break or another character"),
		Entry("quotes around it", `"`+readable+`"`, "is in quotes: remove them"),
		Entry("a quote at its end", readable+"'", "is in quotes"),
		Entry("typographic quotes around it", "“"+readable+"”", "is in quotes"),
		Entry("escaped quotes around it", `\"`+readable+`\"`, "is in quotes"),
		Entry("the response that it is in", `{"token":"`+readable+`","expiresOn":"2026-01-01T00:00:00Z"}`, "is JSON: pass only the text of the token in it"),
		Entry("a list that it is in", `["`+readable+`"]`, "is JSON"),
		Entry("the line of a .env file", "ACS_TOKEN="+readable, `begins with a name, as in NAME=value: pass only the value`),
		Entry("a line of a shell", "export ACS_TOKEN="+readable, "begins with a name"),
		Entry("a line of YAML", "token: "+readable, "begins with a name"),
		Entry("the header", "Authorization: Bearer "+readable, "begins with a name"),
		Entry("a comma at its end", readable+",", "ends with a comma: remove it"),
		Entry("a semicolon at its end", readable+";", "ends with a semicolon: remove it"),
		Entry("a byte order mark", "\ufeff"+readable, "begins with a byte order mark: save the file as UTF-8 without one"),
		Entry("a byte order mark read as Latin-1", "\u00ef\u00bb\u00bf"+readable, "begins with a byte order mark"),
		Entry("UTF-16", "h\x00.\x00e\x00y\x00", "contains NUL characters: convert the file from UTF-16 to UTF-8"),
		Entry("a space that no one sees", readable+"\u200b", "contains a space, a line break or another character"),
		Entry("an unresolved reference to Key Vault", "@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/secret/)",
			"is a Key Vault reference that was not resolved"),
		Entry("a variable that was not replaced", "${ACS_TOKEN}", "is a placeholder that was not replaced by its value"),
		Entry("a template that was not replaced", "{{ secret }}", "is a placeholder"),
		Entry("a word to replace", "<your-token>", "is a placeholder"),
		Entry("bytes that are not UTF-8", "h.eyJleHAiOjE5MDAwMDAwMDB9.\xff\xfe", "contains a space, a line break or another character"),
	)

	Context("with ExpiresOn set", func() {
		inAnHour := time.Now().Add(time.Hour)

		It("may be unreadable", func() {
			credential := credentialOf((&issuer{answer: gives(chat.AccessToken{Token: "opaque", ExpiresOn: inAnHour})}).refresh, nil)
			token, err := credential.Token(context.Background())
			Expect(err).NotTo(HaveOccurred())
			Expect(token.Token).To(Equal("opaque"))
			Expect(token.ExpiresOn).To(BeTemporally("==", inAnHour))
		})

		It("overrides the claim", func() {
			credential := credentialOf((&issuer{answer: mints(time.Hour)}).refresh, &chat.TokenCredentialOptions{
				InitialToken: chat.AccessToken{Token: tokenWith(`{"exp":1}`), ExpiresOn: inAnHour},
			})
			token, err := credential.Token(context.Background())
			Expect(err).NotTo(HaveOccurred())
			Expect(token.ExpiresOn).To(BeTemporally("==", inAnHour))
		})

		It("expires by the wall clock, which runs while the machine sleeps", func() {
			Expect(inAnHour.String()).To(ContainSubstring(" m="), "a monotonic reading")
			credential := credentialOf((&issuer{answer: mints(time.Hour)}).refresh, &chat.TokenCredentialOptions{
				InitialToken: chat.AccessToken{Token: "opaque", ExpiresOn: inAnHour},
			})
			token, err := credential.Token(context.Background())
			Expect(err).NotTo(HaveOccurred())
			Expect(token.ExpiresOn.String()).NotTo(ContainSubstring(" m="))
		})

		DescribeTable("must have the form of a token",
			func(token, reason string) {
				_, err := chat.NewTokenCredential((&issuer{answer: mints(time.Hour)}).refresh, &chat.TokenCredentialOptions{
					InitialToken: chat.AccessToken{Token: token, ExpiresOn: inAnHour},
				})
				refuses(err, "InitialToken", token, reason)
			},
			Entry("empty", "", "is empty"),
			Entry("blank", " \t ", "is blank"),
			Entry("the value of a header", "Bearer opaque-secret", `begins with "Bearer "`),
			Entry("with a line break", "secret\r\nX-Other: secret", "contains a space, a line break"),
		)
	})
})

// refuses expects an ArgumentError with a name and a reason that does not contain the token.
func refuses(err error, name, token, reason string) {
	GinkgoHelper()
	refusal, ok := errors.AsType[*chat.ArgumentError](err)
	Expect(ok).To(BeTrue(), "an ArgumentError, got %v", err)
	Expect(refusal.Name).To(Equal(name))
	Expect(refusal.Reason).To(HavePrefix(reason))
	keeps(err, token)
}

// keeps expects an error of one line without the token, its payload or the word secret.
func keeps(err error, token string) {
	GinkgoHelper()
	Expect(err.Error()).NotTo(ContainSubstring("\n"))
	Expect(err.Error()).NotTo(ContainSubstring("secret"))
	if segments := strings.Split(token, "."); len(segments) > 2 && segments[1] != "" {
		Expect(err.Error()).NotTo(ContainSubstring(segments[1]))
		if payload, decoding := base64.RawURLEncoding.DecodeString(segments[1]); decoding == nil {
			Expect(err.Error()).NotTo(ContainSubstring(string(payload)))
		}
	}
}
