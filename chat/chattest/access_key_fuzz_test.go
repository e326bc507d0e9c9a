package chattest_test

import (
	"net/http"
	"testing"

	"github.com/acschat/acs-chat-go/chat/chattest"
)

// FuzzAuthorization holds that nothing but a signature opens the identity API.
func FuzzAuthorization(f *testing.F) {
	const signedHeaders = "HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256"
	for _, seed := range []string{
		"", "HMAC-SHA256", "HMAC-SHA256 ", signedHeaders, signedHeaders + "&Signature=", signedHeaders + "&Signature=AAAA", signedHeaders + "&Signature",
		"HMAC-SHA256 Signature=AAAA&SignedHeaders=;;;host", "HMAC-SHA256 SignedHeaders=host&SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature==",
		"Bearer x", "hmac-sha256 signedheaders=X-MS-DATE;HOST;X-MS-CONTENT-SHA256&signature=\xff",
	} {
		f.Add(seed)
	}
	s, err := chattest.Open(nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = s.Close() })
	f.Fuzz(func(t *testing.T, authorization string) {
		r, err := http.NewRequest(http.MethodPost, s.Endpoint()+"/identities?"+identityVersion, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", authorization)
		r.Header.Set("X-Ms-Date", s.Now().UTC().Format(http.TimeFormat))
		r.Header.Set("X-Ms-Content-Sha256", digest(""))
		if s.CheckAccessKey(r, "") == nil {
			t.Errorf("%q opens it", authorization)
		}
	})
}
