package identity_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
)

// fakeService implements what the specs need of the service, over a socket: it checks signatures of what has
// arrived, keeps users and tokens, and lets those with a token send a typing notification.
type fakeService struct {
	mux *http.ServeMux
	key string

	mu     sync.Mutex // guards what follows
	users  map[string]bool
	tokens map[string]string // of whom
	count  int
	typed  []string // who
}

// newFakeService serves over TLS until the spec ends, with HTTP/2 as the service does, or with HTTP/1.1 alone.
func newFakeService(protocol int) (*fakeService, *httptest.Server) {
	key := sha256.Sum256([]byte("key of the fake service"))
	s := &fakeService{
		mux: http.NewServeMux(), key: base64.StdEncoding.EncodeToString(key[:]),
		users: map[string]bool{}, tokens: map[string]string{},
	}
	s.mux.HandleFunc("POST /identities", s.signed(s.create))
	s.mux.HandleFunc("DELETE /identities/{id}", s.signed(s.delete))
	s.mux.HandleFunc("POST /identities/{id}/{action}", s.signed(s.act))
	s.mux.HandleFunc("POST /chat/threads/{thread}/typing", s.typing)
	server := httptest.NewUnstartedServer(s.mux)
	server.EnableHTTP2 = protocol == 2
	server.StartTLS()
	DeferCleanup(server.Close)
	return s, server
}

// signed accepts a request with a matching signature and a recent time.
func (s *fakeService) signed(next func(w http.ResponseWriter, r *http.Request, body []byte)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		date := r.Header.Get("x-ms-date")
		at, err := http.ParseTime(date)
		if err != nil || time.Since(at).Abs() > 15*time.Minute {
			answerError(w, http.StatusUnauthorized, "Denied", "the date is off")
			return
		}
		hash := sha256.Sum256(body)
		content := base64.StdEncoding.EncodeToString(hash[:])
		if r.Header.Get("x-ms-content-sha256") != content {
			answerError(w, http.StatusUnauthorized, "Denied", "Request 'x-ms-content-sha256' differs from generated content hash.")
			return
		}
		key, _ := base64.StdEncoding.DecodeString(s.key)
		mac := hmac.New(sha256.New, key)
		fmt.Fprintf(mac, "%s\n%s\n%s;%s;%s", r.Method, r.RequestURI, date, r.Host, content)
		want := "HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature=" + base64.StdEncoding.EncodeToString(mac.Sum(nil))
		if r.Header.Get("Authorization") != want {
			answerError(w, http.StatusUnauthorized, "Denied", "Denied by the resource provider.")
			return
		}
		if r.URL.Query().Get("api-version") != "2026-09-23" {
			answerError(w, http.StatusBadRequest, "UnsupportedApiVersion", "unsupported")
			return
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		next(w, r, body)
	}
}

type fakeTokenRequest struct {
	CreateTokenWithScopes []string
	Scopes                []string
	ExpiresInMinutes      *int
}

func (s *fakeService) create(w http.ResponseWriter, _ *http.Request, body []byte) {
	var asked fakeTokenRequest
	if json.Unmarshal(body, &asked) != nil {
		answerError(w, http.StatusBadRequest, "ValidationError", "no JSON")
		return
	}
	s.count++
	id := fmt.Sprintf("8:acs:5b0c2f6e-7a41-4d39-9c58-0e1f2a3b4c5d_0000002a-e8e1-3698-a1b2-%012d", s.count)
	s.users[id] = true
	result := map[string]any{"identity": map[string]string{"id": id}}
	if asked.CreateTokenWithScopes != nil {
		result["accessToken"] = s.issue(id, asked)
	}
	answerJSON(w, http.StatusCreated, result)
}

func (s *fakeService) delete(w http.ResponseWriter, r *http.Request, _ []byte) {
	id := r.PathValue("id")
	if !s.users[id] {
		answerError(w, http.StatusUnauthorized, "IdentityNotOwned", "Provided identity doesn't belong to the resource.")
		return
	}
	delete(s.users, id)
	s.revoke(id)
	w.WriteHeader(http.StatusNoContent)
}

func (s *fakeService) act(w http.ResponseWriter, r *http.Request, body []byte) {
	id, action := r.PathValue("id"), r.PathValue("action")
	var asked fakeTokenRequest
	switch {
	case !s.users[id]:
		answerError(w, http.StatusUnauthorized, "IdentityNotOwned", "Provided identity doesn't belong to the resource.")
	case action == ":revokeAccessTokens" && len(body) == 0:
		s.revoke(id)
		w.WriteHeader(http.StatusNoContent)
	case action == ":issueAccessToken" && json.Unmarshal(body, &asked) == nil && len(asked.Scopes) > 0:
		answerJSON(w, http.StatusOK, s.issue(id, asked))
	default:
		answerError(w, http.StatusBadRequest, "ValidationError", "Scopes: The Scopes field is required.")
	}
}

func (s *fakeService) issue(id string, asked fakeTokenRequest) map[string]string {
	minutes := 24 * 60
	if asked.ExpiresInMinutes != nil {
		minutes = *asked.ExpiresInMinutes
	}
	s.count++
	token := fmt.Sprintf("token-%d", s.count)
	s.tokens[token] = id
	end := time.Now().Add(time.Duration(minutes) * time.Minute)
	return map[string]string{"token": token, "expiresOn": end.UTC().Format("2006-01-02T15:04:05.9999999+00:00")}
}

func (s *fakeService) revoke(id string) {
	for token, whose := range s.tokens {
		if whose == id {
			delete(s.tokens, token)
		}
	}
}

func (s *fakeService) typing(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	who, ok := s.tokens[token]
	if !ok {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	s.typed = append(s.typed, who)
}

// ConnectionString is the connection string of the service.
func (s *fakeService) ConnectionString(server *httptest.Server) string {
	return "endpoint=" + server.URL + "/;accesskey=" + s.key
}

// Typed lists who sent typing notifications, in order.
func (s *fakeService) Typed() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.typed...)
}

func answerJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

func answerError(w http.ResponseWriter, status int, code, message string) {
	answerJSON(w, status, map[string]any{"error": map[string]string{"code": code, "message": message}})
}
