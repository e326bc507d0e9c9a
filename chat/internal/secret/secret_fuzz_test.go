package secret_test

import (
	"strings"
	"testing"

	"github.com/acschat/acs-chat-go/chat/internal/secret"
)

// FuzzSecret checks that no error quotes the text.
func FuzzSecret(f *testing.F) {
	for _, form := range []string{"%s", `"%s"`, `{"token":"%s"}`, "NAME=%s", "export NAME=%s", "name: %s", "%s,", "\ufeff%s", "@Microsoft.KeyVault(%s)", "${%s}", "endpoint=%s;accesskey=%s"} {
		f.Add(form, "eyJhbGciOiJSUzI1NiJ9.e30.c2ln")
	}
	f.Fuzz(func(t *testing.T, form, text string) {
		const marker = "5ecret"
		text = strings.ReplaceAll(form, "%s", marker+text)
		_, err := secret.DecodeKey(text)
		for _, err := range []error{err, secret.CheckToken(text), secret.CheckConnectionString(text), secret.Alone("URL", text)} {
			if err != nil && (strings.Contains(err.Error(), marker) || strings.Contains(err.Error(), "\n")) {
				t.Errorf("%q: %v", text, err)
			}
		}
	})
}
