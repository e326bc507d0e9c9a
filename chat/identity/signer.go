package identity

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"time"
)

// signer authorizes requests with the access key of a resource. The signature covers the request line and the host as they are
// sent, the body, and the time, which the service wants to be recent: so it is made as the last step of each try.
type signer struct{ key []byte }

const signedHeaders = "x-ms-date;host;x-ms-content-sha256"

func (s signer) sign(req *http.Request, body []byte) {
	hash := sha256.Sum256(body)
	content := base64.StdEncoding.EncodeToString(hash[:])
	date := time.Now().UTC().Format(http.TimeFormat)
	host := cmp.Or(req.Host, req.URL.Host)

	mac := hmac.New(sha256.New, s.key)
	mac.Write([]byte(req.Method + "\n" + req.URL.RequestURI() + "\n" + date + ";" + host + ";" + content))
	signature := base64.StdEncoding.EncodeToString(mac.Sum(nil))

	req.Header.Set("x-ms-date", date)
	req.Header.Set("x-ms-content-sha256", content)
	req.Header.Set("Authorization", "HMAC-SHA256 SignedHeaders="+signedHeaders+"&Signature="+signature)
}
