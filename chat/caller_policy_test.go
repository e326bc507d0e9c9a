package chat_test

import (
	"context"
	"net/http"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
)

var _ = Describe("A policy that replaces the context of a request", func() {
	replace := policyFunc(func(req *policy.Request) (*http.Response, error) {
		return req.Clone(context.Background()).Next()
	})
	places := map[string]func(*chat.ClientOptions){
		"for each call": func(o *chat.ClientOptions) { o.PerCallPolicies = []policy.Policy{replace} },
		"for each try":  func(o *chat.ClientOptions) { o.PerRetryPolicies = []policy.Policy{replace} },
		"for both": func(o *chat.ClientOptions) {
			o.PerCallPolicies, o.PerRetryPolicies = []policy.Policy{replace}, []policy.Policy{replace}
		},
	}
	clientWithPolicy := func(place func(*chat.ClientOptions), answers ...answer) (*chat.Client, *scripted) {
		GinkgoHelper()
		wire := answering(answers...)
		o := options(wire)
		place(o)
		client, err := chat.NewClient(testEndpoint, staticCredential(), o)
		Expect(err).NotTo(HaveOccurred())
		return client, wire
	}

	for name, place := range places {
		It("does not change the outcome, "+name, func(ctx SpecContext) {
			for _, op := range operations {
				By(op.String())
				client, wire := clientWithPolicy(place, reply(429, ""), op.Succeed())
				Expect(op.Call(ctx, client)).To(Succeed())
				Expect(wire.Requests()).To(HaveLen(2))

				client, _ = clientWithPolicy(place, reply(403, ""))
				Expect(op.Call(ctx, client)).To(MatchError(chat.ErrForbidden))
			}
		})

		It("does not make a message be sent again that may have been sent, "+name, func(ctx SpecContext) {
			client, wire := clientWithPolicy(place, fail(errReset), sendMessage.Succeed())
			Expect(sendMessage.Call(ctx, client)).To(MatchError(chat.ErrOutcomeUnknown))
			Expect(wire.Requests()).To(HaveLen(1))
		})

		It("does not change the user of a fleet's call, "+name, func(ctx SpecContext) {
			wire := answering(sendMessage.Succeed())
			o := options(wire)
			place(o)
			fleet, err := chat.NewFleet(testEndpoint, newMint(time.Hour).mint, &chat.FleetOptions{ClientOptions: *o})
			Expect(err).NotTo(HaveOccurred())
			DeferCleanup(fleet.Close)
			Expect(sendMessage.Call(ctx, fleet.As(testUser))).To(Succeed())
			Expect(wire.Requests()[0].Header.Get("Authorization")).To(Equal("Bearer " + testUser.ID + "#1"))
		})
	}
})
