package session_test

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/session"
)

// FuzzClaims checks that a token whose claims can't be read is refused in a line that does not quote it.
func FuzzClaims(f *testing.F) {
	for _, seed := range []string{
		`{"exp":1762247700,"iat":1,"skypeid":"acs:1_2","acsScope":"chat,voip"}`, "{}", "null", "[]", `{"exp":"soon"}`, `{"exp":1e308}`, `{"exp":-1e19}`, `{"acsScope":7}`, "\xff", "",
	} {
		f.Add("eyJ."+base64.RawURLEncoding.EncodeToString([]byte(seed))+".%s", "c2ln")
	}
	f.Add("eyJlbmMiOiJBMjU2R0NNIn0.a.b.c.%s", "x")
	f.Add("%s", "a.b.c.d.e")
	const marker = "5ecret"
	f.Fuzz(func(t *testing.T, form, part string) {
		token := strings.ReplaceAll(form, "%s", marker+part)
		claims, err := session.ReadClaims(chat.AccessToken{Token: token}, time.Unix(1762247700, 0))
		if err != nil && (strings.Contains(err.Error(), marker) || strings.Contains(err.Error(), "\n")) {
			t.Errorf("%q: %v", token, err)
		}
		if err == nil && claims.Encrypted != (strings.Count(token, ".") == 4) {
			t.Errorf("%q: encrypted: %t", token, claims.Encrypted)
		}
	})
}
