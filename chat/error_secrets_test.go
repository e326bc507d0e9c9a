package chat_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat"
)

// holding finds where a text is in a value and all that it leads to, in exported and other fields, empty if nowhere.
func holding(value any, text string) string {
	seen := map[uintptr]bool{}
	var find func(v reflect.Value, path string) string
	find = func(v reflect.Value, path string) string {
		switch v.Kind() {
		case reflect.String:
			if strings.Contains(v.String(), text) {
				return path
			}
		case reflect.Pointer, reflect.Interface:
			if v.IsNil() || v.Kind() == reflect.Pointer && seen[v.Pointer()] {
				return ""
			}
			if v.Kind() == reflect.Pointer {
				seen[v.Pointer()] = true
			}
			return find(v.Elem(), path)
		case reflect.Struct:
			for i := range v.NumField() {
				if found := find(v.Field(i), path+"."+v.Type().Field(i).Name); found != "" {
					return found
				}
			}
		case reflect.Slice, reflect.Array:
			if v.Type().Elem().Kind() == reflect.Uint8 && v.Kind() == reflect.Slice {
				if strings.Contains(string(v.Bytes()), text) {
					return path
				}
				return ""
			}
			for i := range v.Len() {
				if found := find(v.Index(i), fmt.Sprintf("%s[%d]", path, i)); found != "" {
					return found
				}
			}
		case reflect.Map:
			for entries := v.MapRange(); entries.Next(); {
				for _, part := range []reflect.Value{entries.Key(), entries.Value()} {
					if found := find(part, fmt.Sprintf("%s[%v]", path, entries.Key())); found != "" {
						return found
					}
				}
			}
		}
		return ""
	}
	return find(reflect.ValueOf(value), "err")
}

// keyPolicy is a policy of the caller's that authorizes requests to a gateway.
type keyPolicy struct{}

func (keyPolicy) Do(req *policy.Request) (*http.Response, error) {
	req.Raw().Header.Set("Ocp-Apim-Subscription-Key", "key-of-the-gateway")
	query := req.Raw().URL.Query()
	query.Set("subscription-key", "key-of-the-gateway")
	req.Raw().URL.RawQuery = query.Encode()
	return req.Next()
}

var _ = Describe("No secret is reachable from an error", func() {
	const opaque = "opaque-token-of-a-user"

	// callWith makes a call under the opaque token.
	callWith := func(op operation, answers ...answer) (*spans, error) {
		credential, err := chat.NewTokenCredential(func(context.Context) (chat.AccessToken, error) {
			return chat.AccessToken{Token: opaque, ExpiresOn: time.Now().Add(time.Hour)}, nil
		}, nil)
		Expect(err).NotTo(HaveOccurred())
		o, kept := tracedOptions(answers...)
		o.PerRetryPolicies = []policy.Policy{keyPolicy{}}
		client, err := chat.NewClient(testEndpoint, credential, o)
		Expect(err).NotTo(HaveOccurred())
		return kept, op.Call(context.Background(), client)
	}

	for _, op := range operations {
		It("of "+op.String(), api.OtherResponses(), func() {
			for _, refused := range []answer{
				reply(401, ""), reply(403, "no, "+opaque), reply(500, `{"error":{"message":"Bearer `+opaque+`"}}`),
				reply(307, "", "Location", "https://elsewhere.invalid/?sig=c2VjcmV0LXNpZ25hdHVyZQ"),
				reply(200, "<html>", "Set-Cookie", "session=c2VjcmV0LXNpZ25hdHVyZQ"),
				fail(errors.New("sent Authorization: Bearer " + opaque)),
			} {
				kept, err := callWith(op, refused)
				if err == nil {
					continue // a success of this operation needs no body
				}
				for _, secret := range []string{opaque, "key-of-the-gateway", "c2VjcmV0LXNpZ25hdHVyZQ"} {
					if _, answered := errors.AsType[*chat.Error](err); answered {
						Expect(holding(err, secret)).To(BeEmpty(), secret)
					}
					Expect(err.Error()).NotTo(ContainSubstring(secret))
					for _, s := range kept.list {
						Expect(fmt.Sprint(*s)).NotTo(ContainSubstring(secret))
					}
				}
			}
		})
	}

	It("of a success that cannot be read, not even the text of a message", api.OtherResponses(), func(ctx SpecContext) {
		for _, status := range []int{200, 206} {
			thread, _ := threadOf(reply(status, `{"id":"1","content":{"message":"a private text"}`))
			_, err := thread.GetMessage(ctx, testMessage)
			raw, ok := errors.AsType[*azcore.ResponseError](err)
			Expect(ok).To(BeTrue())
			Expect(raw.Error()).NotTo(ContainSubstring("private"))
			Expect(holding(err, "private")).To(BeEmpty())
		}
	})

	It("of a participant who was not added", func(ctx SpecContext) {
		service := newService()
		user := service.NewUser()
		token := service.Token(user, time.Hour)
		client := withToken(service, token)
		failed, err := client.ThreadClient(newThread(ctx, client)).AddParticipants(ctx, those(service.ForeignUser()))
		Expect(err).NotTo(HaveOccurred())
		Expect(holding(failed, token)).To(BeEmpty())
	})

	It("of a callback that says too much", func(ctx SpecContext) {
		client := clientThatFetches(func(context.Context) (chat.AccessToken, error) {
			return chat.AccessToken{}, errors.New("get https://tokens.invalid/?sig=c2VjcmV0LXNpZ25hdHVyZQ: no")
		})
		Expect(list(ctx, client).Error()).To(And(ContainSubstring("tokens.invalid"), Not(ContainSubstring("c2VjcmV0"))))
	})

	It("while what tells about the failure is kept", func(ctx SpecContext) {
		client, _ := clientOf(reply(403, `{"error":{"message":"no"}}`, "MS-CV", "cv", "Via", "a gateway"))
		err := client.DeleteThread(ctx, testThread)
		raw, ok := errors.AsType[*azcore.ResponseError](err)
		Expect(ok).To(BeTrue())
		Expect(raw.RawResponse.Header).To(And(HaveKeyWithValue("Ms-Cv", []string{"cv"}), HaveKeyWithValue("Via", []string{"a gateway"})))
		req := raw.RawResponse.Request
		Expect(req.URL.String()).To(HavePrefix(testEndpoint + "/chat/threads/"))
		Expect(req.URL.Query()).To(HaveKeyWithValue("api-version", []string{"2025-03-15"}))
		Expect(req.Header).To(And(HaveKeyWithValue("Authorization", []string{"REDACTED"}), HaveKeyWithValue("Accept", []string{"application/json"})))
		Expect(req.GetBody).To(BeNil())
		Expect(raw.Error()).To(ContainSubstring("DELETE https://contoso"))
	})
})

var _ = Describe("The log", func() {
	It("has the ids of an answer on one line of a bounded length", func(ctx SpecContext) {
		client, _, lines := logged(staticCredential(), reply(204, "", "MS-CV", "a\nlevel=ERROR \x1b[2J"+strings.Repeat("x", 4000)))
		Expect(client.DeleteThread(ctx, testThread)).To(Succeed())
		Expect(records(lines)[0]["ms_cv"]).To(And(HavePrefix("a level=ERROR [2Jxxx"), WithTransform(func(s string) int { return len(s) }, BeNumerically("<", 310))))
	})
})
