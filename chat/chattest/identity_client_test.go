package chattest_test

import (
	"context"
	"errors"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/identity"
)

// entraCredential gives an Entra token.
type entraCredential string

func (c entraCredential) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	return azcore.AccessToken{Token: string(c), ExpiresOn: time.Now().Add(time.Hour)}, nil
}

var _ = Describe("The identity client", func() {
	var (
		s       *chattest.Server
		options *identity.ClientOptions
	)
	BeforeEach(func() {
		s = chattest.NewServer(GinkgoTB(), api.Watch(&chattest.Options{EntraTokens: entraTokens(time.Time{})}))
		options = &identity.ClientOptions{}
		options.Transport = s.HTTPClient()
	})
	chats := func(ctx SpecContext, credential *chat.TokenCredential) error {
		GinkgoHelper()
		client, err := chat.NewClient(s.Endpoint(), credential, s.ClientOptions())
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(client.Close)
		_, err = client.CreateThread(ctx, "Mine", nil)
		return err
	}

	It("creates and deletes users and tokens with the connection string", func(ctx SpecContext) {
		client, err := identity.NewClientFromConnectionString(s.ConnectionString(), options)
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(client.Close)
		created, err := client.CreateUserAndToken(ctx, []identity.Scope{identity.ScopeChat}, &identity.TokenOptions{Lifetime: 61 * time.Minute})
		Expect(err).NotTo(HaveOccurred())
		Expect(created.Token.ExpiresOn).To(BeTemporally("~", time.Now().Add(61*time.Minute), time.Minute))
		credential, err := chat.NewStaticTokenCredential(chat.AccessToken{Token: created.Token.Token})
		Expect(err).NotTo(HaveOccurred())
		Expect(chats(ctx, credential)).To(Succeed())

		Expect(client.RevokeTokens(ctx, created.User)).To(Succeed())
		Expect(errors.Is(chats(ctx, credential), chat.ErrUnauthorized)).To(BeTrue())
		token, err := client.GetToken(ctx, created.User, []identity.Scope{identity.ScopeChat}, nil)
		Expect(err).NotTo(HaveOccurred())
		credential, err = chat.NewStaticTokenCredential(chat.AccessToken{Token: token.Token})
		Expect(err).NotTo(HaveOccurred())
		Expect(chats(ctx, credential)).To(Succeed())

		Expect(client.DeleteUser(ctx, created.User)).To(Succeed())
		failed, ok := errors.AsType[*chat.Error](client.DeleteUser(ctx, created.User))
		Expect(ok).To(BeTrue())
		Expect(failed.Code).To(Equal("IdentityNotOwned"))
	})

	It("works however the clock of the service is moved, and so does a fleet", func(ctx SpecContext) {
		client, err := identity.NewClientFromConnectionString(s.ConnectionString(), options)
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(client.Close)
		fleet, err := chat.NewFleet(s.Endpoint(), client.MintFunc([]identity.Scope{identity.ScopeChat}, nil), &chat.FleetOptions{ClientOptions: *s.ClientOptions()})
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(fleet.Close)
		user, err := client.CreateUser(ctx, nil)
		Expect(err).NotTo(HaveOccurred())
		for range 2 {
			_, err = fleet.As(user).CreateThread(ctx, "Mine", nil)
			Expect(err).NotTo(HaveOccurred())
			s.Advance(25 * time.Hour)
		}
	})

	It("creates and deletes them with the token of an application", func(ctx SpecContext) {
		client, err := identity.NewClient(s.Endpoint(), entraCredential("application"), options)
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(client.Close)
		_, err = client.CreateUser(ctx, nil)
		Expect(err).NotTo(HaveOccurred())
		_, err = client.CreateOrUpdateTeamsExtensionAssignment(ctx, anaTenant, anaObject, identity.PrincipalTypeUser, nil)
		Expect(err).NotTo(HaveOccurred())
		person, err := client.GetTokenForTeamsExtensionUser(ctx, "ana")
		Expect(err).NotTo(HaveOccurred())
		Expect(person.User).To(BeAssignableToTypeOf(chat.TeamsExtensionUser{}))
		_, err = client.GetTokenForTeamsUser(ctx, "ana", teamsApp, anaObject)
		Expect(err).NotTo(HaveOccurred())
	})

	It("lets a person chat with an Entra token", func(ctx SpecContext) {
		exchange := &identity.EntraTokenCredentialOptions{}
		exchange.Transport = s.HTTPClient()
		credential, err := identity.NewEntraTokenCredential(s.Endpoint(), entraCredential("ana"), exchange)
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(credential.Close)
		Expect(chats(ctx, credential)).To(Succeed())
	})
})
