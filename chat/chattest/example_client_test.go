package chattest_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/identity"
)

func ExampleService_Client() {
	s := newExample()
	defer s.Close()

	ana := s.Client(s.NewUser())
	created, err := ana.CreateThread(context.Background(), "Lunch", nil)
	fmt.Println(created.Thread.Topic, err)
	// Output: Lunch <nil>
}

// A program makes its client itself, with options of its own.
func ExampleService_ClientOptions() {
	s := newExample()
	defer s.Close()

	options := s.ClientOptions()
	options.Telemetry.ApplicationID = "canteen"
	client, err := chat.NewClient(s.Endpoint(), s.Credential(s.NewUser()), options)
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	if _, err := client.CreateThread(context.Background(), "Lunch", nil); err != nil {
		log.Fatal(err)
	}
	fmt.Println(strings.HasPrefix(s.Requests()[0].Header.Get("User-Agent"), "canteen "))
	// Output: true
}

// The credential gets another token after a revocation.
func ExampleService_Credential() {
	s := newExample()
	defer s.Close()
	ana := s.NewUser()

	credential := s.Credential(ana)
	before, err := credential.Token(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	client, err := chat.NewClient(s.Endpoint(), credential, s.ClientOptions())
	if err != nil {
		log.Fatal(err)
	}
	s.Revoke(ana)
	if _, err := client.CreateThread(context.Background(), "Lunch", nil); err != nil {
		log.Fatal(err)
	}
	after, err := credential.Token(context.Background())
	fmt.Println(before.Token == after.Token, err)
	// Output: false <nil>
}

func ExampleService_Token() {
	s := newExample()
	defer s.Close()

	token := s.Token(s.NewUser(), time.Hour, "chat.join")
	credential, err := chat.NewStaticTokenCredential(chat.AccessToken{Token: token})
	if err != nil {
		log.Fatal(err)
	}
	client, err := chat.NewClient(s.Endpoint(), credential, s.ClientOptions())
	if err != nil {
		log.Fatal(err)
	}
	_, err = client.CreateThread(context.Background(), "Lunch", nil)
	fmt.Println(errors.Is(err, chat.ErrForbidden)) // the scope allows to read and write, but not to create a thread
	// Output: true
}

func ExampleService_NewUser() {
	s := newExample()
	defer s.Close()

	ana := s.NewUser()
	fmt.Println(strings.HasPrefix(ana.ID, "8:acs:"), s.Users()[0] == ana)
	// Output: true true
}

func ExampleService_NewUsers() {
	s := newExample()
	defer s.Close()

	s.NewUsers(250)
	fmt.Println(len(s.Users()))
	// Output: 250
}

// A user of another resource is not added to a thread.
func ExampleService_ForeignUser() {
	s := newExample()
	defer s.Close()
	thread, _, _ := newExampleThread(s)

	failed, err := thread.AddParticipants(context.Background(), []chat.Participant{{Identifier: s.ForeignUser()}})
	fmt.Println(len(failed), errors.Is(failed[0].Err, chat.ErrForbidden), err)
	// Output: 1 true <nil>
}

// Users lists the users that a program has created.
func ExampleService_Users() {
	s := newExample()
	defer s.Close()

	signUp(s)
	fmt.Println(len(s.Users()))
	// Output: 1
}

// signUp is part of a program.
func signUp(s *chattest.Service) {
	options := &identity.ClientOptions{}
	options.Transport = s.Transport()
	identities, err := identity.NewClientFromConnectionString(s.ConnectionString(), options)
	if err != nil {
		log.Fatal(err)
	}
	defer identities.Close()
	if _, err := identities.CreateUser(context.Background(), nil); err != nil {
		log.Fatal(err)
	}
}

// Without a way to get another token, a client whose token was revoked is unauthorized.
func ExampleService_Revoke() {
	s := newExample()
	defer s.Close()
	ana := s.NewUser()
	credential, err := chat.NewStaticTokenCredential(chat.AccessToken{Token: s.Token(ana, time.Hour)})
	if err != nil {
		log.Fatal(err)
	}
	client, err := chat.NewClient(s.Endpoint(), credential, s.ClientOptions())
	if err != nil {
		log.Fatal(err)
	}

	s.Revoke(ana)
	_, err = client.CreateThread(context.Background(), "Lunch", nil)
	fmt.Println(errors.Is(err, chat.ErrUnauthorized))
	// Output: true
}

// A deleted user is in no thread any more.
func ExampleService_DeleteUser() {
	s := newExample()
	defer s.Close()
	thread, _, bo := newExampleThread(s)

	s.DeleteUser(bo)
	fmt.Println(len(s.Users()), len(s.Participants(thread.ThreadID())))
	// Output: 1 1
}

// A program that reads its configuration from the environment runs unchanged.
func ExampleService_ConnectionString() {
	s := newExample()
	defer s.Close()

	options := &identity.ClientOptions{}
	options.Transport = s.Transport()
	identities, err := identity.NewClientFromConnectionString(s.ConnectionString(), options)
	if err != nil {
		log.Fatal(err)
	}
	defer identities.Close()
	created, err := identities.CreateUserAndToken(context.Background(), []identity.Scope{identity.ScopeChat}, nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(s.Users()[0] == created.User)
	// Output: true
}

func ExampleService_Endpoint() {
	s := newExample()
	defer s.Close()

	fmt.Println(strings.HasPrefix(s.ConnectionString(), "endpoint="+s.Endpoint()+"/;accesskey="))
	// Output: true
}

// A client without this library, which has no token.
func ExampleService_HTTPClient() {
	s := newExample()
	defer s.Close()

	resp, err := s.HTTPClient().Get(s.Endpoint() + "/chat/threads?api-version=2025-03-15")
	if err != nil {
		log.Fatal(err)
	}
	defer resp.Body.Close()
	fmt.Println(resp.Status)
	// Output: 401 Unauthorized
}

// The client of a program reaches the service through the proxy of its tests.
func ExampleService_Transport() {
	s := newExample()
	defer s.Close()

	options := &chat.ClientOptions{}
	options.Transport = logged{s.Transport()}
	client, err := chat.NewClient(s.Endpoint(), s.Credential(s.NewUser()), options)
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	if _, err := client.CreateThread(context.Background(), "Lunch", nil); err != nil {
		log.Fatal(err)
	}
	// Output: POST /chat/threads
}

// logged prints requests.
type logged struct{ next *chattest.Transport }

func (l logged) Do(r *http.Request) (*http.Response, error) {
	fmt.Println(r.Method, r.URL.Path)
	return l.next.Do(r)
}

// A service is a handler: here it is served over TLS by a listener of its own.
func ExampleService_ServeHTTP() {
	s := newExample()
	defer s.Close()
	server := httptest.NewTLSServer(s)
	defer server.Close()
	if err := s.SetEndpoint(server.URL); err != nil {
		log.Fatal(err)
	}

	options := &chat.ClientOptions{}
	options.Transport = server.Client()
	client, err := chat.NewClient(s.Endpoint(), s.Credential(s.NewUser()), options)
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	created, err := client.CreateThread(context.Background(), "Lunch", nil)
	fmt.Println(created.Thread.Topic, err)
	// Output: Lunch <nil>
}

func ExampleService_SetEndpoint() {
	s := newExample()
	defer s.Close()

	fmt.Println(s.SetEndpoint("https://acs.test:8443"), s.Endpoint())
	fmt.Println(s.SetEndpoint("https://acs.test:8443/chat") != nil)
	// Output:
	// <nil> https://acs.test:8443
	// true
}

// A test in another language moves the clock.
func ExampleService_AdminHandler() {
	s := newExample()
	defer s.Close()
	mux := http.NewServeMux()
	mux.Handle("/admin/", http.StripPrefix("/admin", s.AdminHandler()))
	mux.Handle("/", s)

	r := httptest.NewRequest(http.MethodPost, "http://localhost/admin/clock", strings.NewReader(`{"advance":"25h"}`))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, r)
	fmt.Println(w.Code, time.Until(s.Now()).Round(time.Hour))
	// Output: 200 25h0m0s
}

func ExampleService_HealthHandler() {
	s := newExample()
	probe := func() int {
		w := httptest.NewRecorder()
		s.HealthHandler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/readyz", nil))
		return w.Code
	}
	fmt.Println(probe())
	fmt.Println(s.Close(), probe())
	// Output:
	// 200
	// <nil> 503
}

// A page that shows messages must not be readable by other sites.
func ExampleService_Guard() {
	s := newExample()
	defer s.Close()
	page := s.Guard(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "Ana: At noon?") }))

	for _, host := range []string{"localhost:8080", "rebound.example"} {
		w := httptest.NewRecorder()
		page.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://"+host+"/", nil))
		fmt.Println(host, w.Code)
	}
	// Output:
	// localhost:8080 200
	// rebound.example 403
}
