package chat_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
)

// recordingLimiter records what it is asked and told, in order.
type recordingLimiter struct {
	refuse map[int]error // by the number of the request, from 1

	mu    sync.Mutex // guards the rest
	asked []chat.LimitedRequest
	told  []string
}

func (l *recordingLimiter) Wait(_ context.Context, r chat.LimitedRequest) (func(int, time.Duration), error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asked = append(l.asked, r)
	if err := l.refuse[len(l.asked)]; err != nil {
		return nil, err
	}
	return func(status int, retryAfter time.Duration) {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.told = append(l.told, fmt.Sprintf("%d %v", status, retryAfter))
	}, nil
}

var _ = Describe("A Limiter", func() {
	limited := func(l *recordingLimiter, answers ...answer) (*chat.Client, *scripted) {
		GinkgoHelper()
		wire := answering(answers...)
		o := options(wire)
		o.Limiter = l
		client, err := chat.NewClient(testEndpoint, renewableCredential(), o)
		Expect(err).NotTo(HaveOccurred())
		return client, wire
	}

	for _, op := range operations {
		It("is asked before "+op.String()+", by its id and thread and by the user of the token", func(ctx SpecContext) {
			l := &recordingLimiter{}
			client, _ := limited(l, op.Succeed())
			Expect(op.Call(ctx, client)).To(Succeed())
			Expect(l.asked).To(HaveLen(1))
			Expect(l.asked[0].Operation).To(MatchRegexp(`^Chat(Thread)?_`))
			Expect(l.asked[0].User).To(Equal("8:acs:ana"))
			if strings.HasPrefix(op.Name, "ThreadClient.") || op.Name == "Client.DeleteThread" {
				Expect(l.asked[0].Thread).To(Equal(testThread))
			} else {
				Expect(l.asked[0].Thread).To(BeEmpty())
			}
			Expect(l.told).To(HaveExactElements(fmt.Sprintf("%d 0s", op.Status)))
		})
	}

	It("is asked before each attempt, and told each outcome", func(ctx SpecContext) {
		l := &recordingLimiter{}
		client, _ := limited(l, reply(401, ""), reply(503, ""), fail(errReset), reply(429, "", "retry-after-ms", "1"), reply(200, `{"value":[]}`))
		_, err := client.ThreadClient(testThread).ListMessages(nil).Collect(ctx, 0)
		Expect(err).NotTo(HaveOccurred())
		Expect(l.asked).To(HaveLen(5))
		Expect(l.asked).To(HaveEach(chat.LimitedRequest{Operation: "ChatThread_ListChatMessages", User: "8:acs:ana", Thread: testThread}))
		Expect(l.told).To(HaveExactElements("401 0s", "503 0s", "0 0s", "429 1ms", "200 0s"))
	})

	It("is asked for the user as soon as the claims of a token can be read", func(ctx SpecContext) {
		l := &recordingLimiter{}
		o := options(answering(reply(401, ""), reply(201, `{"id":"1"}`)))
		o.Limiter = l
		tokens := []string{"opaque.opaque.opaque", tokenWith(`{"skypeid":"acs:ana"}`)}
		credential, err := chat.NewTokenCredential(func(context.Context) (chat.AccessToken, error) {
			next := tokens[0]
			tokens = tokens[1:]
			return chat.AccessToken{Token: next, ExpiresOn: time.Now().Add(time.Hour)}, nil
		}, nil)
		Expect(err).NotTo(HaveOccurred())
		client, err := chat.NewClient(testEndpoint, credential, o)
		Expect(err).NotTo(HaveOccurred())
		Expect(sendMessage.Call(ctx, client)).To(Succeed())
		Expect([]string{l.asked[0].User, l.asked[1].User}).To(Equal([]string{"", "8:acs:ana"}))
	})

	It("is asked for the user of a fleet", func(ctx SpecContext) {
		l := &recordingLimiter{}
		o := options(answering(reply(201, `{"id":"1"}`)))
		o.Limiter = l
		mint := func(context.Context, chat.CommunicationUser) (chat.AccessToken, error) {
			return chat.AccessToken{Token: tokenUntil(time.Now().Add(time.Hour))}, nil
		}
		fleet, err := chat.NewFleet(testEndpoint, mint, &chat.FleetOptions{ClientOptions: *o})
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(fleet.Close)
		for _, id := range []string{"8:acs:bo", "8:acs:cy"} {
			_, err := fleet.As(chat.CommunicationUser{ID: id}).ThreadClient(testThread).SendMessage(ctx, "hello", nil)
			Expect(err).NotTo(HaveOccurred())
		}
		Expect([]string{l.asked[0].User, l.asked[1].User}).To(Equal([]string{"8:acs:bo", "8:acs:cy"}))
	})

	It("prevents the request with an error, which is not retried", func(ctx SpecContext) {
		refusal := errors.New("full")
		for _, op := range operations {
			l := &recordingLimiter{refuse: map[int]error{1: refusal}}
			client, wire := limited(l, op.Succeed())
			err := op.Call(ctx, client)
			Expect(err).To(And(MatchError(refusal), MatchError("chat: "+op.Action+": full"), Not(MatchError(chat.ErrOutcomeUnknown))), op.Name)
			Expect(wire.Requests()).To(BeEmpty())
			Expect(l.asked).To(HaveLen(1))
			Expect(l.told).To(BeEmpty())
		}
	})

	It("does not hide why the attempt before has failed", func(ctx SpecContext) {
		refusal := errors.New("full")
		l := &recordingLimiter{refuse: map[int]error{2: refusal}}
		client, wire := limited(l, reply(503, "", "retry-after-ms", "1"))
		for _, op := range operations {
			l.asked = nil
			err := op.Call(ctx, client)
			Expect(err).To(And(MatchError(refusal), MatchError(chat.ErrUnavailable), MatchError(HavePrefix(
				"chat: "+op.Action+": full; the attempt before failed: chat: "+op.Action+": 503 Service Unavailable"))), op.Name)
		}
		Expect(wire.Requests()).To(HaveLen(len(operations)))
	})

	It("does not shorten the time of an attempt", func() {
		bubble(func() {
			wire := answering(reply(201, `{"id":"1"}`))
			o := options(wire)
			o.Retry.TryTimeout = time.Second
			o.Limiter = slowLimiter{}
			client, err := chat.NewClient(testEndpoint, staticCredential(), o)
			Expect(err).NotTo(HaveOccurred())
			defer client.Close()
			Expect(sendMessage.Call(context.Background(), client)).To(Succeed())
			Expect(wire.Requests()[0].At).To(BeTemporally("==", time.Now()))
		})
	})
})

// slowLimiter delays each request by an hour.
type slowLimiter struct{}

func (slowLimiter) Wait(context.Context, chat.LimitedRequest) (func(int, time.Duration), error) {
	time.Sleep(time.Hour)
	return func(int, time.Duration) {}, nil
}

// renewableCredential returns a credential of the user 8:acs:ana.
func renewableCredential() *chat.TokenCredential {
	n := 0
	credential, err := chat.NewTokenCredential(func(context.Context) (chat.AccessToken, error) {
		n++
		return chat.AccessToken{Token: tokenWith(fmt.Sprintf(`{"skypeid":"acs:ana","exp":%d,"n":%d}`, time.Now().Add(time.Hour).Unix(), n))}, nil
	}, nil)
	Expect(err).NotTo(HaveOccurred())
	return credential
}
