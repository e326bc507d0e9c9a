package chat_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
)

// issuer is a refresh callback: it records when it was called, and answers as a spec says.
type issuer struct {
	mu     sync.Mutex // guards what follows
	answer issuing
	asked  []time.Time
}

// issuing is what an issuer answers; call counts from 1.
type issuing = func(ctx context.Context, call int) (chat.AccessToken, error)

func (i *issuer) refresh(ctx context.Context) (chat.AccessToken, error) {
	i.mu.Lock()
	i.asked = append(i.asked, time.Now())
	call, answer := len(i.asked), i.answer
	i.mu.Unlock()
	return answer(ctx, call)
}

// becomes changes what it answers.
func (i *issuer) becomes(answer issuing) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.answer = answer
}

func (i *issuer) calls() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return len(i.asked)
}

// askedAfter returns how long after a moment each call was made.
func (i *issuer) askedAfter(start time.Time) []time.Duration {
	i.mu.Lock()
	defer i.mu.Unlock()
	after := make([]time.Duration, len(i.asked))
	for n, at := range i.asked {
		after[n] = at.Sub(start)
	}
	return after
}

var errIssuer = errors.New("the issuer is away")

// mints returns numbered tokens with a lifetime.
func mints(lifetime time.Duration) issuing {
	return func(_ context.Context, call int) (chat.AccessToken, error) {
		return opaque(fmt.Sprintf("token-%d", call), lifetime), nil
	}
}

func gives(token chat.AccessToken) issuing {
	return func(context.Context, int) (chat.AccessToken, error) { return token, nil }
}

func breaks(context.Context, int) (chat.AccessToken, error) { return chat.AccessToken{}, errIssuer }

func hangs(ctx context.Context, _ int) (chat.AccessToken, error) {
	<-ctx.Done()
	return chat.AccessToken{}, ctx.Err()
}

func panics(context.Context, int) (chat.AccessToken, error) { panic("no such user") }

// delayed answers after a delay, and ignores its context.
func delayed(delay time.Duration, answer issuing) issuing {
	return func(ctx context.Context, call int) (chat.AccessToken, error) {
		time.Sleep(delay)
		return answer(ctx, call)
	}
}

// everyOther fails with the first call, the third and so on.
func everyOther(answer issuing) issuing {
	return func(ctx context.Context, call int) (chat.AccessToken, error) {
		if call%2 == 1 {
			return breaks(ctx, call)
		}
		return answer(ctx, call)
	}
}

func exits(context.Context, int) (chat.AccessToken, error) {
	runtime.Goexit() //nolint:forbidigo // as a failing assertion does in a test
	return chat.AccessToken{}, nil
}

// opaque is an unreadable token with an expiry.
func opaque(token string, lifetime time.Duration) chat.AccessToken {
	return chat.AccessToken{Token: token, ExpiresOn: time.Now().Add(lifetime)}
}

func credentialOf(refresh func(context.Context) (chat.AccessToken, error), options *chat.TokenCredentialOptions) *chat.TokenCredential {
	GinkgoHelper()
	credential, err := chat.NewTokenCredential(refresh, options)
	Expect(err).NotTo(HaveOccurred())
	return credential
}

// ask requests a token. The other values are zero if it was returned immediately, as Expect requires.
func ask(credential *chat.TokenCredential) (token string, waited time.Duration, cause error) {
	got := askWithin(context.Background(), credential)
	return got.Token, got.Waited, got.Cause
}

// outcome is the result of a request for a token, with the innermost error, which is comparable.
type outcome struct {
	Token  string
	Waited time.Duration
	Cause  error
}

func askWithin(ctx context.Context, credential *chat.TokenCredential) outcome {
	start := time.Now()
	token, err := credential.Token(ctx)
	for inner := err; inner != nil; inner = errors.Unwrap(inner) {
		err = inner
	}
	return outcome{Token: token.Token, Waited: time.Since(start), Cause: err}
}

// askTogether requests a token in n goroutines, each with its own context.
func askTogether(credential *chat.TokenCredential, n int, contextOf func(i int) context.Context) []outcome {
	outcomes := make([]outcome, n)
	var callers sync.WaitGroup
	for i := range n {
		callers.Go(func() { outcomes[i] = askWithin(contextOf(i), credential) })
	}
	callers.Wait()
	return outcomes
}

// patient is the context of callers who wait forever.
func patient(int) context.Context { return context.Background() }

// during is a context that ends after a time.
func during(d time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	context.AfterFunc(ctx, cancel)
	return ctx
}

// seconds makes a list of durations.
func seconds(list ...float64) []time.Duration {
	durations := make([]time.Duration, len(list))
	for i, s := range list {
		durations[i] = time.Duration(s * float64(time.Second))
	}
	return durations
}
