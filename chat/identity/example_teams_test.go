package identity_test

import (
	"context"
	"fmt"
	"log"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/identity"
)

// The person of the examples, whose Entra token the service accepts.
const (
	exampleTenant = "77777777-aaaa-4bbb-8ccc-888888888888"
	exampleObject = "99999999-aaaa-4bbb-8ccc-000000000000"
	exampleApp    = "55555555-aaaa-4bbb-8ccc-666666666666"
)

// newTeamsExample starts a service that accepts the Entra token of a person.
func newTeamsExample() (*chattest.Service, *identity.Client) {
	service, err := chattest.Open(&chattest.Options{EntraTokens: []chattest.EntraToken{
		{Token: "entra-token-of-a-person", ObjectID: exampleObject, TenantID: exampleTenant, AppID: exampleApp},
	}})
	if err != nil {
		log.Fatal(err)
	}
	client, err := identity.NewClientFromConnectionString(service.ConnectionString(), throughExample(service))
	if err != nil {
		log.Fatal(err)
	}
	return service, client
}

func ExampleClient_GetTokenForTeamsUser() {
	service, client := newTeamsExample()
	defer service.Close()

	token, err := client.GetTokenForTeamsUser(context.Background(), "entra-token-of-a-person", exampleApp, exampleObject)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(token.ExpiresOn.After(service.Now()))
	// Output: true
}

func ExampleClient_CreateOrUpdateTeamsExtensionAssignment() {
	service, client := newTeamsExample()
	defer service.Close()

	assignment, err := client.CreateOrUpdateTeamsExtensionAssignment(context.Background(), exampleTenant, exampleObject, identity.PrincipalTypeUser, nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(assignment.PrincipalType)
	// Output: user
}

func ExampleClient_GetTeamsExtensionAssignment() {
	service, client := newTeamsExample()
	defer service.Close()
	ctx := context.Background()

	if _, err := client.CreateOrUpdateTeamsExtensionAssignment(ctx, exampleTenant, exampleObject, identity.PrincipalTypeUser, nil); err != nil {
		log.Fatal(err)
	}
	assignment, err := client.GetTeamsExtensionAssignment(ctx, exampleTenant, exampleObject)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(assignment.PrincipalType)
	// Output: user
}

func ExampleClient_DeleteTeamsExtensionAssignment() {
	service, client := newTeamsExample()
	defer service.Close()
	ctx := context.Background()

	if _, err := client.CreateOrUpdateTeamsExtensionAssignment(ctx, exampleTenant, exampleObject, identity.PrincipalTypeUser, nil); err != nil {
		log.Fatal(err)
	}
	fmt.Println(client.DeleteTeamsExtensionAssignment(ctx, exampleTenant, exampleObject))
	// Output: <nil>
}

func ExampleClient_GetTokenForTeamsExtensionUser() {
	service, client := newTeamsExample()
	defer service.Close()
	ctx := context.Background()

	if _, err := client.CreateOrUpdateTeamsExtensionAssignment(ctx, exampleTenant, exampleObject, identity.PrincipalTypeUser,
		&identity.CreateOrUpdateTeamsExtensionAssignmentOptions{ClientIDs: []string{exampleApp}}); err != nil {
		log.Fatal(err)
	}
	token, err := client.GetTokenForTeamsExtensionUser(ctx, "entra-token-of-a-person")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(token.User.Kind())
	// Output: teamsExtensionUser
}

func ExampleNewEntraTokenCredential() {
	service, _ := newTeamsExample()
	defer service.Close()

	credential, err := identity.NewEntraTokenCredential(service.Endpoint(), entraToken("entra-token-of-a-person"), &identity.EntraTokenCredentialOptions{
		ClientOptions: *throughExample(service),
	})
	if err != nil {
		log.Fatal(err)
	}
	defer credential.Close()
	client, err := chat.NewClient(service.Endpoint(), credential, service.ClientOptions())
	if err != nil {
		log.Fatal(err)
	}
	_, err = client.CreateThread(context.Background(), "Release 4.2", nil)
	fmt.Println(err)
	// Output: <nil>
}
