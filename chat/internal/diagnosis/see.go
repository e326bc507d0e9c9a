package diagnosis

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
)

// See takes from an exchange what is needed to explain it, all but the token, which it returns as well. It is called when the answer
// has come.
func See(resp *http.Response) (seen Seen, token string) {
	seen = Seen{
		At: time.Now(), ContentType: pipeline.ContentType(resp),
		Server: pipeline.LogLine(resp.Header.Get("Server")), Location: pipeline.LogLine(resp.Header.Get("Location")),
	}
	seen.ServiceTime, _ = http.ParseTime(resp.Header.Get("Date")) // zero if it can't be read
	req := resp.Request
	if req == nil || req.URL == nil {
		return seen, ""
	}
	seen.Method, seen.Host, seen.Path = req.Method, req.URL.Host, req.URL.EscapedPath()
	switch resp.StatusCode {
	case http.StatusBadRequest, http.StatusForbidden, http.StatusRequestEntityTooLarge: // the others do not depend on the body
		seen.Sent = ReadSent(sentBody(req))
	}
	seen.Scheme, token, _ = strings.Cut(req.Header.Get("Authorization"), " ")
	return seen, token
}

// ExpectsTLS reports whether an answer to a request over http is one with which servers, among them those of Go, nginx and Apache, say
// that they expect https. body is that of the answer.
func ExpectsTLS(resp *http.Response, body []byte) bool {
	return resp.StatusCode == http.StatusBadRequest && resp.Request != nil && resp.Request.URL != nil && resp.Request.URL.Scheme == "http" &&
		(bytes.Contains(body, []byte("HTTP request to an HTTPS server")) || bytes.Contains(body, []byte("plain HTTP")))
}

// sentBody is the body of a request that was sent, nil if it is not known any more.
func sentBody(req *http.Request) []byte {
	const limit = 1 << 20
	if req.GetBody == nil {
		return nil
	}
	body, err := req.GetBody()
	if err != nil {
		return nil
	}
	defer body.Close()
	sent, err := io.ReadAll(io.LimitReader(body, limit))
	if err != nil {
		return nil
	}
	return sent
}

// ReadClaims reads the claims of a token from its payload, each if it is of the expected type.
func ReadClaims(payload []byte) Token {
	const lastExpiry = 253402300799 // the end of the year 9999
	var claims map[string]any
	if err := json.Unmarshal(payload, &claims); err != nil {
		return Token{}
	}
	text := func(name string) string {
		s, _ := claims[name].(string)
		return s
	}
	t := Token{
		Readable: true, Resource: text("resourceId"), ResourceLocation: text("resourceLocation"), Issuer: text("iss"),
		Scopes: strings.FieldsFunc(text("acsScope"), func(r rune) bool { return r == ',' || r == ' ' }),
	}
	if user := text("skypeid"); user != "" {
		t.User = "8:" + user
	}
	if seconds, ok := claims["exp"].(float64); ok && seconds >= 0 && seconds <= lastExpiry {
		t.Expires = time.Unix(int64(seconds), 0)
	}
	return t
}
