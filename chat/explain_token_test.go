package chat_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/explain"
)

func tokenTroubles() []trouble {
	return []trouble{
		serviceTrouble("an expired token", "it expired 2h", func(ctx context.Context, w *world) (*chat.Client, error) {
			c := w.with(w.Token(w.alice, -2*time.Hour))
			return c, list(ctx, c)
		}, explain.TokenExpired),
		serviceTrouble("a token that expired long ago", "it expired 1111 days before the answer", func(ctx context.Context, w *world) (*chat.Client, error) {
			c := w.with(w.Token(w.alice, -1111*24*time.Hour-5*time.Hour))
			err := list(ctx, c)
			Expect(err).To(MatchError(ContainSubstring("the token expired 1111 days ago")))
			return c, err
		}, explain.TokenExpired),
		serviceTrouble("a token that expires before the time its credential has", "was told that it expires on", func(ctx context.Context, w *world) (*chat.Client, error) {
			credential, err := chat.NewTokenCredential(func(context.Context) (chat.AccessToken, error) {
				return chat.AccessToken{Token: w.Token(w.alice, -time.Hour), ExpiresOn: time.Now().Add(time.Hour)}, nil
			}, nil)
			Expect(err).NotTo(HaveOccurred())
			c, err := chat.NewClient(w.Endpoint(), credential, w.ClientOptions())
			Expect(err).NotTo(HaveOccurred())
			return c, list(ctx, c)
		}, explain.TokenExpired),
		serviceTrouble("a clock that is behind", "at the service and", func(ctx context.Context, w *world) (*chat.Client, error) {
			c := w.with(w.Token(w.alice, time.Hour))
			w.Advance(3 * time.Hour)
			return c, list(ctx, c)
		}, explain.Clock),
		serviceTrouble("a revoked token that was never used", "left, and is of 8:acs:", func(ctx context.Context, w *world) (*chat.Client, error) {
			c := w.with(w.Token(w.alice, time.Hour))
			w.Revoke(w.alice)
			return c, list(ctx, c)
		}, explain.TokenRevoked, explain.TokenResource),
		serviceTrouble("a token that was accepted before", "the service accepted it before", func(ctx context.Context, w *world) (*chat.Client, error) {
			c := w.with(w.Token(w.alice, time.Hour))
			Expect(list(ctx, c)).To(Succeed())
			w.DeleteUser(w.alice)
			return c, list(ctx, c)
		}, explain.TokenRevoked),
		serviceTrouble("a token of another resource, without evidence", "and is of 8:acs:", func(ctx context.Context, w *world) (*chat.Client, error) {
			other := newService()
			c := w.with(other.Token(other.NewUser(), time.Hour))
			return c, list(ctx, c)
		}, explain.TokenRevoked, explain.TokenResource),
		{"a token of a resource elsewhere", []explain.Kind{explain.TokenResource, explain.TokenRevoked}, "in unitedstates, and the endpoint is in europe",
			func(ctx context.Context) (*chat.Client, error) {
				credential, err := chat.NewStaticTokenCredential(chat.AccessToken{Token: tokenWith(fmt.Sprintf(
					`{"skypeid":"acs:1","exp":%d,"acsScope":"chat","resourceId":"1","resourceLocation":"unitedstates"}`, time.Now().Add(time.Hour).Unix()))})
				Expect(err).NotTo(HaveOccurred())
				c, err := chat.NewClient("https://contoso.europe.communication.azure.com", credential, options(answering(served(401, ""))))
				Expect(err).NotTo(HaveOccurred())
				return c, list(ctx, c)
			}},
		{"a token whose user is of another resource than itself", []explain.Kind{explain.TokenResource, explain.TokenRevoked}, "and its user of 2",
			func(ctx context.Context) (*chat.Client, error) {
				c, _ := clientWithClaims(`"skypeid":"acs:2_1","acsScope":"chat","resourceId":"1"`, served(401, ""))
				return c, list(ctx, c)
			}},
		{"a token of Microsoft Entra", []explain.Kind{explain.TokenForeign}, "issued by https://sts.windows.net",
			func(ctx context.Context) (*chat.Client, error) {
				c, _ := clientWithClaims(`"iss":"https://sts.windows.net/1/","aud":"https://communication.azure.com"`, served(401, ""))
				return c, list(ctx, c)
			}},
		{"a token that can't be read", []explain.Kind{explain.TokenUnreadable}, "",
			func(ctx context.Context) (*chat.Client, error) {
				refresh, _ := refresherOf(time.Hour)
				credential, err := chat.NewTokenCredential(refresh, nil)
				Expect(err).NotTo(HaveOccurred())
				c, err := chat.NewClient(testEndpoint, credential, options(answering(served(401, ""))))
				Expect(err).NotTo(HaveOccurred())
				return c, list(ctx, c)
			}},
		{"a callback that fails", []explain.Kind{explain.TokenFetch}, "no such user here",
			func(ctx context.Context) (*chat.Client, error) {
				c := clientThatFetches(func(context.Context) (chat.AccessToken, error) {
					return chat.AccessToken{}, errors.New("no such user here")
				})
				return c, list(ctx, c)
			}},
		{"a callback that asks for a token of another resource's user", []explain.Kind{explain.UserUnknown}, "doesn't belong",
			func(ctx context.Context) (*chat.Client, error) {
				c := clientThatFetches(refusedByIdentity("IdentityNotOwned", "Provided identity doesn't belong to the resource."))
				return c, list(ctx, c)
			}},
		{"a callback with an access key of another resource", []explain.Kind{explain.AccessKey, explain.ForeignAnswer}, "Denied by",
			func(ctx context.Context) (*chat.Client, error) {
				c := clientThatFetches(refusedByIdentity("Denied", "Denied by the resource provider."))
				return c, list(ctx, c)
			}},
		{"a callback whose request is altered on the way", []explain.Kind{explain.RequestAltered}, "content-sha256",
			func(ctx context.Context) (*chat.Client, error) {
				c := clientThatFetches(refusedByIdentity("Denied", "Request 'x-ms-content-sha256' differs from generated content hash."))
				return c, list(ctx, c)
			}},
		{"a callback with the Entra token of an unknown application", []explain.Kind{explain.EntraToken, explain.ForeignAnswer}, "InvalidAccessToken",
			func(ctx context.Context) (*chat.Client, error) {
				c := clientThatFetches(refusedByIdentity("InvalidAccessToken", "Provided access token is not valid."))
				return c, list(ctx, c)
			}},
		{"a callback that gives what has ended", []explain.Kind{explain.TokenFetch, explain.Clock}, "has already expired",
			func(ctx context.Context) (*chat.Client, error) {
				c := clientThatFetches(func(context.Context) (chat.AccessToken, error) {
					return chat.AccessToken{Token: tokenUntil(time.Now().Add(-time.Hour))}, nil
				})
				return c, list(ctx, c)
			}},
		serviceTrouble("a token without a scope for chat", "it has voip, and needs chat or chat.join or chat.join.limited", func(ctx context.Context, w *world) (*chat.Client, error) {
			c := w.with(w.Token(w.alice, time.Hour, "voip"))
			return c, list(ctx, c)
		}, explain.TokenScope),
		serviceTrouble("a token without the scope to create", "needs chat", func(ctx context.Context, w *world) (*chat.Client, error) {
			c := w.with(w.Token(w.alice, time.Hour, "chat.join", "voip"))
			_, err := c.CreateThread(ctx, "", nil)
			return c, err
		}, explain.TokenScope),
		serviceTrouble("a token without the scope to add participants", "needs chat or chat.join", func(ctx context.Context, w *world) (*chat.Client, error) {
			c := w.with(w.Token(w.alice, time.Hour, "chat.join.limited"))
			_, err := c.ThreadClient(w.thread).AddParticipants(ctx, those(w.carol))
			return c, err
		}, explain.TokenScope),
		{"a 403 for a token whose scopes can't be read", []explain.Kind{explain.TokenScope, explain.ForeignAnswer}, "can't be read here",
			func(ctx context.Context) (*chat.Client, error) {
				c, _ := clientOf(reply(403, ""))
				return c, list(ctx, c)
			}},
	}
}

// served is a reply of the service, not of a gateway.
func served(status int, body string) answer {
	return reply(status, body, "MS-CV", "b0/lbbI2TwvKro/ziho/dg.0", "Date", time.Now().UTC().Format(http.TimeFormat))
}

// clientWithClaims makes a client with a token of these claims that lasts an hour.
func clientWithClaims(claims string, answers ...answer) (*chat.Client, *scripted) {
	GinkgoHelper()
	credential, err := chat.NewStaticTokenCredential(chat.AccessToken{Token: tokenWith(`{"exp":` + strconv.FormatInt(time.Now().Add(time.Hour).Unix(), 10) + "," + claims + "}")})
	Expect(err).NotTo(HaveOccurred())
	wire := answering(answers...)
	client, err := chat.NewClient(testEndpoint, credential, options(wire))
	Expect(err).NotTo(HaveOccurred())
	return client, wire
}

func clientThatFetches(refresh func(context.Context) (chat.AccessToken, error)) *chat.Client {
	GinkgoHelper()
	credential, err := chat.NewTokenCredential(refresh, nil)
	Expect(err).NotTo(HaveOccurred())
	client, err := chat.NewClient(testEndpoint, credential, options(answering(reply(200, ""))))
	Expect(err).NotTo(HaveOccurred())
	return client
}

// refusedByIdentity is the callback of a server whose request to the identity API was rejected.
func refusedByIdentity(code, message string) func(context.Context) (chat.AccessToken, error) {
	return func(context.Context) (chat.AccessToken, error) {
		return chat.AccessToken{}, chat.NewError("issue token", refusal(http.StatusUnauthorized, fmt.Sprintf(`{"error":{"code":%q,"message":%q}}`, code, message)), "")
	}
}
