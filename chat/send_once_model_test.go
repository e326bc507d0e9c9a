package chat_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
)

// roughNetwork loses requests and replies at random, and delivers some requests only after the client has given up.
type roughNetwork struct {
	*rand.Rand
	next    http.RoundTripper
	longest time.Duration // of a late delivery
	pending []chan struct{}
}

func (n *roughNetwork) RoundTrip(req *http.Request) (*http.Response, error) {
	switch roll := n.IntN(100); {
	case roll < 15:
		return nil, fmt.Errorf("lost request: %w", io.ErrUnexpectedEOF)
	case roll < 30:
		resp, err := n.next.RoundTrip(req)
		if err == nil {
			_ = resp.Body.Close()
		}
		return nil, errors.Join(err, fmt.Errorf("lost reply: %w", io.ErrUnexpectedEOF))
	case roll < 40 && req.Method == http.MethodPost:
		body, err := io.ReadAll(req.Body)
		if err != nil {
			return nil, err
		}
		late := req.Clone(context.WithoutCancel(req.Context()))
		late.Body = io.NopCloser(strings.NewReader(string(body)))
		done, delay := make(chan struct{}), time.Duration(n.Int64N(int64(n.longest)))
		n.pending = append(n.pending, done)
		go func() {
			defer close(done)
			time.Sleep(delay)
			if resp, err := n.next.RoundTrip(late); err == nil {
				_ = resp.Body.Close()
			}
		}()
		return nil, fmt.Errorf("late request: %w", io.ErrUnexpectedEOF)
	case roll < 50:
		wait := time.Duration(n.Int64N(int64(5 * time.Second)))
		select {
		case <-time.After(wait):
		case <-req.Context().Done():
			return nil, req.Context().Err()
		}
	}
	return n.next.RoundTrip(req)
}

// The specs hold every call against what the thread contains once everything has settled.
var _ = Describe("Sending a message once, on a rough network", func() {
	const (
		lag  = 10 * time.Second // the lag that SendMessageOnce is told
		keys = 150
	)

	for seed := range uint64(4) {
		It(fmt.Sprintf("never sends two messages with one key, and never reports a wrong outcome, with seed %d", seed), func() {
			inOnceRoom(chattest.Options{ListingLag: lag / 2}, func(ctx context.Context, r *onceRoom) {
				random := rand.New(rand.NewPCG(seed, 17))
				network := &roughNetwork{Rand: random, next: r.Transport(), longest: lag/2 - time.Second}
				options := r.ClientOptions()
				options.Transport = transportFunc(network.RoundTrip)
				client, err := chat.NewClient(r.Endpoint(), r.Credential(r.user), options)
				Expect(err).NotTo(HaveOccurred())
				defer client.Close()
				thread := client.ThreadClient(r.ana.ThreadID())
				r.Fail(chattest.SendChatMessage, chattest.Fault{Status: 503, Every: 11})
				r.Fail(chattest.SendChatMessage, chattest.Fault{Status: 500, Every: 13})
				r.Fail(chattest.SendChatMessage, chattest.Fault{Status: 403, Every: 17})
				r.Fail(chattest.ListChatMessages, chattest.Fault{Status: 500, Every: 7})
				r.Fail(chattest.ListChatMessages, chattest.Fault{EmptyPage: true, Every: 9})

				reported, outcomes := make(map[string]string), make(map[string]int)
				for i := range keys {
					key := fmt.Sprintf("key-%d", i)
					first, used := time.Now(), false
					for {
						attempt, cancel := context.WithTimeout(ctx, time.Duration(random.Int64N(int64(90*time.Second))))
						options := &chat.SendMessageOnceOptions{ListingLag: lag, MaxResends: random.IntN(4) - 1}
						if used {
							options.Since = first // another process continues
						}
						sent, err := thread.SendMessageOnce(attempt, key, key, options)
						cancel()
						used = true
						if errors.Is(err, chat.ErrOutcomeUnknown) {
							outcomes["unknown"]++
							continue
						}
						reported[key] = sent.ID // "" if it was not sent
						if err != nil {
							outcomes["not sent"]++
						} else {
							outcomes["sent"]++
						}
						break
					}
				}
				for _, done := range network.pending {
					<-done
				}

				r.Advance(time.Hour)
				found := make(map[string][]string)
				for m, err := range r.bo.ListMessages(&chat.ListMessagesOptions{PageSize: 200}).All(ctx) {
					Expect(err).NotTo(HaveOccurred())
					if key := m.Metadata[chat.OnceKeyMember]; key != "" {
						found[key] = append(found[key], m.ID)
					}
				}
				for key, id := range reported {
					if id == "" {
						Expect(found[key]).To(BeEmpty(), "%s was reported as not sent", key)
					} else {
						Expect(found[key]).To(HaveExactElements(id), key)
					}
				}
				Expect(reported).To(HaveLen(keys))
				Expect(outcomes).To(And(HaveKey("sent"), HaveKey("not sent"), HaveKey("unknown")), "the network is rough enough")
			})
		})
	}
})
