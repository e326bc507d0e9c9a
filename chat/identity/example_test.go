package identity_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/identity"
)

// The examples use the emulator of package chattest, in this process. For the real service, use the connection string of the resource.

// newExample starts a service, and returns a client with its access key.
func newExample() (*chattest.Service, *identity.Client) {
	service, err := chattest.Open(nil)
	if err != nil {
		log.Fatal(err)
	}
	client, err := identity.NewClientFromConnectionString(service.ConnectionString(), throughExample(service))
	if err != nil {
		log.Fatal(err)
	}
	return service, client
}

// throughExample returns options of a client that reaches the service without a socket.
func throughExample(service *chattest.Service) *identity.ClientOptions {
	return &identity.ClientOptions{ClientOptions: azcore.ClientOptions{Transport: service.Transport()}}
}

// entraToken stands for a credential of azidentity, which has a token of Microsoft Entra.
type entraToken string

func (t entraToken) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	return azcore.AccessToken{Token: string(t), ExpiresOn: time.Now().Add(time.Hour)}, nil
}

func Example() {
	service, client := newExample()
	defer service.Close()

	alice, err := client.CreateUserAndToken(context.Background(), []identity.Scope{identity.ScopeChat}, nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(alice.Token.ExpiresOn.Sub(service.Now()).Round(time.Hour))
	// Output: 24h0m0s
}

func ExampleNewClient() {
	service, err := chattest.Open(&chattest.Options{EntraAny: true})
	if err != nil {
		log.Fatal(err)
	}
	defer service.Close()

	client, err := identity.NewClient(service.Endpoint(), entraToken("entra-token-of-an-application"), throughExample(service))
	if err != nil {
		log.Fatal(err)
	}
	_, err = client.CreateUser(context.Background(), nil)
	fmt.Println(err)
	// Output: <nil>
}

func ExampleNewClientWithAccessKey() {
	service, err := chattest.Open(nil)
	if err != nil {
		log.Fatal(err)
	}
	defer service.Close()

	client, err := identity.NewClientWithAccessKey(service.Endpoint(), chattest.DefaultAccessKey, throughExample(service))
	if err != nil {
		log.Fatal(err)
	}
	_, err = client.CreateUser(context.Background(), nil)
	fmt.Println(err)
	// Output: <nil>
}

func ExampleNewClientFromConnectionString() {
	client, err := identity.NewClientFromConnectionString("endpoint=https://contoso.communication.azure.com/;accesskey=c2VjcmV0", nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(client.Endpoint())
	// Output: https://contoso.communication.azure.com
}

func ExampleClient_CreateUser() {
	service, client := newExample()
	defer service.Close()

	user, err := client.CreateUser(context.Background(), nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(user.Kind())
	// Output: communicationUser
}

func ExampleClient_CreateUserAndToken() {
	service, client := newExample()
	defer service.Close()

	alice, err := client.CreateUserAndToken(context.Background(), []identity.Scope{identity.ScopeChat}, &identity.TokenOptions{Lifetime: time.Hour})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(alice.Token.ExpiresOn.Sub(service.Now()).Round(time.Minute))
	// Output: 1h0m0s
}

func ExampleClient_GetToken() {
	service, client := newExample()
	defer service.Close()

	token, err := client.GetToken(context.Background(), service.NewUser(), []identity.Scope{identity.ScopeChat}, nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(token.ExpiresOn.Sub(service.Now()).Round(time.Hour))
	// Output: 24h0m0s
}

func ExampleClient_RevokeTokens() {
	service, client := newExample()
	defer service.Close()
	ctx := context.Background()

	user := service.NewUser()
	thread, err := service.Client(user).CreateThread(ctx, "Release 4.2", nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(client.RevokeTokens(ctx, user))
	fmt.Println(len(service.Threads()), thread.Thread.Topic)
	// Output:
	// <nil>
	// 1 Release 4.2
}

func ExampleClient_DeleteUser() {
	service, client := newExample()
	defer service.Close()

	fmt.Println(client.DeleteUser(context.Background(), service.NewUser()))
	fmt.Println(len(service.Users()))
	// Output:
	// <nil>
	// 0
}

func ExampleClient_Credential() {
	service, client := newExample()
	defer service.Close()

	credential, err := client.Credential(service.NewUser(), []identity.Scope{identity.ScopeChat}, nil)
	if err != nil {
		log.Fatal(err)
	}
	defer credential.Close()
	alice, err := chat.NewClient(service.Endpoint(), credential, service.ClientOptions())
	if err != nil {
		log.Fatal(err)
	}
	_, err = alice.CreateThread(context.Background(), "Release 4.2", nil)
	fmt.Println(err)
	// Output: <nil>
}

func ExampleClient_MintFunc() {
	service, client := newExample()
	defer service.Close()

	fleet, err := chat.NewFleet(client.Endpoint(), client.MintFunc([]identity.Scope{identity.ScopeChat}, nil), &chat.FleetOptions{
		ClientOptions: *service.ClientOptions(),
	})
	if err != nil {
		log.Fatal(err)
	}
	defer fleet.Close()
	for _, user := range service.NewUsers(2) {
		_, err = fleet.As(user).CreateThread(context.Background(), "Release 4.2", nil)
		fmt.Println(err)
	}
	// Output:
	// <nil>
	// <nil>
}

func ExampleClient_TokenHandler() {
	service, client := newExample()
	defer service.Close()

	alice := service.NewUser()
	handler, err := client.TokenHandler(func(*http.Request) (chat.CommunicationUser, error) {
		return alice, nil // a program asks its session who is signed in
	}, []identity.Scope{identity.ScopeChat}, nil)
	if err != nil {
		log.Fatal(err)
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/token", nil))
	fmt.Println(w.Code)
	// Output: 200
}

func ExampleClient_Endpoint() {
	service, client := newExample()
	defer service.Close()

	fmt.Println(client.Endpoint() == service.Endpoint())
	// Output: true
}

func ExampleClient_Explain() {
	service, client := newExample()
	defer service.Close()
	ctx := context.Background()

	_, err := client.GetToken(ctx, service.ForeignUser(), []identity.Scope{identity.ScopeChat}, nil)
	fmt.Println(len(client.Explain(ctx, err).Causes) > 0)
	// Output: true
}

func ExampleClient_Close() {
	service, client := newExample()
	defer service.Close()

	fmt.Println(client.Close(), client.Close())
	// Output: <nil> <nil>
}
