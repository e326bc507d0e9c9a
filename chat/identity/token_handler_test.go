package identity_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/identity"
)

var _ = Describe("TokenHandler", func() {
	end := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

	It("issues a token to a signed-in user, in the form of the JavaScript libraries", func() {
		client, wire := clientOf(issued("t", end))
		handler := handlerOf(client, bySession, &identity.TokenHandlerOptions{Lifetime: time.Hour})
		got := post(handler, "ada")
		Expect(got.Code).To(Equal(http.StatusOK))
		Expect(got.Header().Get("Content-Type")).To(Equal("application/json"))
		Expect(got.Body.String()).To(MatchJSON(`{
			"token": "t", "expiresOn": "2026-01-02T03:04:05Z",
			"user": {"communicationUserId": "` + ada.ID + `"}, "endpoint": "` + testEndpoint + `"
		}`))
		Expect(only(wire).URL).To(ContainSubstring(ada.ID + "/:issueAccessToken"))
		Expect(only(wire).Body).To(Equal(`{"scopes":["chat"],"expiresInMinutes":60}`))
	})

	It("serves the pages of a backend, up to a message in a chat", func(ctx SpecContext) {
		service, acs := newFakeService(2)
		identities, err := identity.NewClientFromConnectionString(service.ConnectionString(acs), options(acs.Client()))
		Expect(err).NotTo(HaveOccurred())
		user, err := identities.CreateUser(ctx, nil)
		Expect(err).NotTo(HaveOccurred())
		handler, err := identities.TokenHandler(func(*http.Request) (chat.CommunicationUser, error) { return user, nil }, chatScope, nil)
		Expect(err).NotTo(HaveOccurred())
		mux := http.NewServeMux()
		mux.Handle("/chat/token", handler)
		backend := httptest.NewServer(mux)
		DeferCleanup(backend.Close)

		resp, err := http.Post(backend.URL+"/chat/token", "application/json", strings.NewReader(`{}`))
		Expect(err).NotTo(HaveOccurred())
		defer resp.Body.Close()
		var got struct{ Token, Endpoint string }
		Expect(json.NewDecoder(resp.Body).Decode(&got)).To(Succeed())
		credential, err := chat.NewTokenCredential(func(context.Context) (chat.AccessToken, error) {
			return chat.AccessToken{Token: got.Token, ExpiresOn: time.Now().Add(time.Hour)}, nil
		}, nil)
		Expect(err).NotTo(HaveOccurred())
		thread, err := chat.NewThreadClient(got.Endpoint, "19:a@thread.v2", credential, chatOptions(acs.Client()))
		Expect(err).NotTo(HaveOccurred())
		Expect(thread.SendTypingNotification(ctx, nil)).To(Succeed())
		Expect(service.Typed()).To(Equal([]string{user.ID}))
	})

	DescribeTable("answers only POST", func(method string) {
		client, wire := clientOf(issued("t", end))
		request := httptest.NewRequest(method, "/token", nil)
		request.Header.Set("Session", "ada")
		got := serve(handlerOf(client, bySession, nil), request)
		Expect(got.Code).To(Equal(http.StatusMethodNotAllowed))
		Expect(got.Header().Get("Allow")).To(Equal("POST"))
		Expect(wire.Requests()).To(BeEmpty())
	},
		Entry("not GET, which may be cached and prefetched", http.MethodGet),
		Entry("not HEAD", http.MethodHead),
		Entry("not PUT", http.MethodPut),
		Entry("not DELETE", http.MethodDelete),
		Entry("not OPTIONS, which belongs to cross-origin rules", http.MethodOptions),
	)

	DescribeTable("tells only the kind of a failure", func(who string, reply answer, status int, body, retryAfter string) {
		client, _ := clientOf(reply)
		got := post(handlerOf(client, bySession, nil), who)
		Expect(got.Code).To(Equal(status))
		Expect(got.Header().Get("Retry-After")).To(Equal(retryAfter))
		Expect(got.Header().Get("Content-Type")).To(Equal("application/json"))
		Expect(got.Body.String()).To(MatchJSON(`{"error":"` + body + `"}`))
	},
		Entry("no signed-in user", "", issued("t", end), http.StatusUnauthorized, "not signed in", ""),
		Entry("no signed-in user, with a reason", "expired", issued("t", end), http.StatusUnauthorized, "not signed in", ""),
		Entry("a failure of the application", "broken", issued("t", end), http.StatusInternalServerError, "no token", ""),
		Entry("an application that returns no user", "unmapped", issued("t", end), http.StatusInternalServerError, "no token", ""),
		Entry("a user of another resource", "ada", refusal(http.StatusUnauthorized, "IdentityNotOwned", "secret"), http.StatusInternalServerError, "no token", ""),
		Entry("a service that throttles", "ada", reply(http.StatusTooManyRequests, `{}`, "Retry-After", "7"), http.StatusServiceUnavailable, "no token now, try again", "7"),
		Entry("a delay in milliseconds", "ada", reply(http.StatusTooManyRequests, `{}`, "retry-after-ms", "1500"), http.StatusServiceUnavailable, "no token now, try again", "2"),
		Entry("a service that is down", "ada", refusal(http.StatusServiceUnavailable, "Busy", "secret"), http.StatusServiceUnavailable, "no token now, try again", ""),
		Entry("an unreachable service", "ada", fail(&net.OpError{Op: "dial", Err: errors.New("secret")}), http.StatusServiceUnavailable, "no token now, try again", ""),
	)

	It("forbids storing responses", func() {
		client, _ := clientOf(issued("t", end), refusal(http.StatusInternalServerError, "Broken", "no"))
		handler := handlerOf(client, bySession, nil)
		for _, got := range []*httptest.ResponseRecorder{
			post(handler, "ada"), post(handler, "ada"), post(handler, ""), post(handler, "broken"),
			serve(handler, httptest.NewRequest(http.MethodGet, "/token", nil)),
		} {
			Expect(got.Header().Get("Cache-Control")).To(Equal("no-store"))
		}
	})

	It("ends with the request", func() {
		bubble(newYear, func() {
			client, _ := clientOf(func(req *http.Request) (*http.Response, error) {
				<-req.Context().Done()
				return nil, req.Context().Err()
			})
			ctx, cancel := context.WithTimeout(context.Background(), time.Second)
			defer cancel()
			request := httptest.NewRequestWithContext(ctx, http.MethodPost, "/token", nil)
			request.Header.Set("Session", "ada")
			started := time.Now()
			Expect(serve(handlerOf(client, bySession, nil), request).Code).To(Equal(http.StatusServiceUnavailable))
			Expect(time.Since(started)).To(Equal(time.Second))
		})
	})

	It("logs what happened, and no token", func() {
		var log bytes.Buffer
		client, _ := clientOf(issued("eyJsecret.eyJsecret.secret", end), refusal(http.StatusForbidden, "Why", "eyJsecret.eyJsecret.secret"))
		handler := handlerOf(client, bySession, &identity.TokenHandlerOptions{Logger: slog.New(slog.NewTextHandler(&log, nil))})
		for _, who := range []string{"ada", "ada", "", "broken"} {
			post(handler, who)
		}
		lines := strings.Split(strings.TrimSpace(log.String()), "\n")
		Expect(lines).To(HaveLen(4))
		Expect(lines[0]).To(And(ContainSubstring("level=INFO"), ContainSubstring(ada.ID)))
		Expect(lines[1]).To(And(ContainSubstring("level=ERROR"), ContainSubstring("403 Forbidden (Why)")))
		Expect(lines[2]).To(And(ContainSubstring("level=INFO"), ContainSubstring("not signed in")))
		Expect(lines[3]).To(And(ContainSubstring("level=ERROR"), ContainSubstring("database down")))
		Expect(log.String()).NotTo(ContainSubstring("secret"))
	})

	It("rejects invalid arguments", func() {
		client, _ := clientOf(issued("t", end))
		handler, err := client.TokenHandler(nil, chatScope, nil)
		Expect(err).To(beArgument("user"))
		Expect(handler).To(BeNil())
		_, err = client.TokenHandler(bySession, nil, nil)
		Expect(err).To(beArgument("scopes"))
		_, err = client.TokenHandler(bySession, chatScope, &identity.TokenHandlerOptions{Lifetime: time.Minute})
		Expect(err).To(beArgument("Lifetime"))
	})
})

// bySession returns the signed-in user of a request.
func bySession(r *http.Request) (chat.CommunicationUser, error) {
	switch r.Header.Get("Session") {
	case "ada":
		return ada, nil
	case "unmapped":
		return chat.CommunicationUser{}, nil
	case "expired":
		return chat.CommunicationUser{}, errors.Join(errors.New("session of last week"), identity.ErrNotSignedIn)
	case "broken":
		return chat.CommunicationUser{}, errors.New("database down:\nBearer eyJsecret.eyJsecret.secret")
	}
	return chat.CommunicationUser{}, identity.ErrNotSignedIn
}

func handlerOf(client *identity.Client, user func(*http.Request) (chat.CommunicationUser, error), given *identity.TokenHandlerOptions) http.Handler {
	GinkgoHelper()
	handler, err := client.TokenHandler(user, chatScope, given)
	Expect(err).NotTo(HaveOccurred())
	return handler
}

func post(handler http.Handler, session string) *httptest.ResponseRecorder {
	request := httptest.NewRequest(http.MethodPost, "/token", io.NopCloser(strings.NewReader(`{}`)))
	request.Header.Set("Session", session)
	return serve(handler, request)
}

func serve(handler http.Handler, request *http.Request) *httptest.ResponseRecorder {
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, request)
	return recorder
}
