package chattest_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"
	"testing"

	"github.com/acschat/acs-chat-go/chat/chattest"
)

// FuzzAuthorization checks that the identity API rejects every request without a valid signature.
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
	signed := func(tb testing.TB) *http.Request {
		r, err := http.NewRequest(http.MethodPost, s.Endpoint()+"/identities?"+identityVersion, nil)
		if err != nil {
			tb.Fatal(err)
		}
		signRequest(tb, s, r, "")
		return r
	}
	if err := s.CheckAccessKey(signed(f), ""); err != nil {
		f.Fatalf("a valid signature is rejected: %v", err)
	}
	f.Fuzz(func(t *testing.T, authorization string) {
		r := signed(t)
		r.Header.Set("Authorization", authorization)
		if s.CheckAccessKey(r, "") == nil {
			t.Errorf("%q is accepted", authorization)
		}
	})
}

// signRequest signs a request to the service with its access key.
func signRequest(tb testing.TB, s *chattest.Service, r *http.Request, body string) {
	tb.Helper()
	_, text, _ := strings.Cut(s.ConnectionString(), ";accesskey=")
	key, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		tb.Fatal(err)
	}
	date, hash := s.Now().UTC().Format(http.TimeFormat), digest(body)
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(r.Method + "\n" + r.URL.RequestURI() + "\n" + date + ";" + r.URL.Host + ";" + hash))
	r.Header.Set("X-Ms-Date", date)
	r.Header.Set("X-Ms-Content-Sha256", hash)
	r.Header.Set("Authorization", "HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature="+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
}
