package realtime_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/tracing"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/realtime"
)

// lines is a log that goroutines may share.
type lines struct {
	mu   sync.Mutex // guards text
	text bytes.Buffer
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

// summary has the level, the message and what is most telling of each record.
func (l *lines) summary() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var list []string
	for dec := json.NewDecoder(bytes.NewReader(l.text.Bytes())); dec.More(); {
		record := make(map[string]any)
		Expect(dec.Decode(&record)).To(Succeed())
		var words []string
		for _, key := range []string{"level", "msg", "state", "operation", "path", "status", "reason", "kind"} {
			if value, ok := record[key]; ok {
				words = append(words, fmt.Sprint(value))
			}
		}
		list = append(list, strings.Join(words, " "))
	}
	return list
}

var _ = Describe("The observability of Listener", func() {
	It("logs its requests and the state of the connection, without secrets", func() {
		bubble(func() {
			log := &lines{}
			server := newServer()
			l, err := realtime.Listen(context.Background(), clientWith(server, func(o *chat.ClientOptions) {
				o.Logger = slog.New(slog.NewJSONHandler(log, nil))
			}), nil)
			Expect(err).NotTo(HaveOccurred())
			server.deliver(`{"eventId":300,"threadId":"t"}`)
			server.next(upgrade, reply(503, "the-secret-sid"), reset)
			server.live().drop()
			time.Sleep(10 * time.Second)
			Expect(l.Close()).To(Succeed())
			connected := []string{
				"INFO chat request Listener.Allocate /v4/a 200",
				"INFO chat request Listener.Handshake /socket.io/1/ 200",
				"INFO chat request Listener.Connect /socket.io/1/websocket/ 101",
				"INFO chat request Listener.Register /prod/v3/registrations 202",
				"INFO realtime state listening",
			}
			Expect(log.summary()).To(HaveExactElements(append(append([]string{
				"INFO realtime state connecting",
				"INFO chat request Listener.GetConfiguration /chat/config/realTimeNotifications 200",
			}, connected...),
				"WARN realtime event not read 300",
				"WARN realtime state reconnecting",
				"INFO chat request Listener.Allocate /v4/a 200",
				"INFO chat request Listener.Handshake /socket.io/1/ 200",
				"WARN chat request Listener.Connect /socket.io/1/websocket/ 503",
				"WARN realtime state reconnecting",
				"INFO chat request Listener.GetConfiguration /chat/config/realTimeNotifications 200",
				"INFO chat request Listener.Allocate /v4/a 200",
				"INFO chat request Listener.Handshake /socket.io/1/ 200",
				"WARN chat request Listener.Connect /socket.io/1/websocket/",
				"WARN realtime state reconnecting",
				"INFO chat request Listener.GetConfiguration /chat/config/realTimeNotifications 200",
				connected[0], connected[1], connected[2], connected[3],
				"WARN realtime gap reconnected",
				connected[4],
				"INFO chat request Listener.Unregister /prod/v3/registrations/"+epid(server)+" 202",
				"INFO realtime state closed",
			)))
			Expect(log.text.String()).NotTo(Or(ContainSubstring("the-secret-sid"), ContainSubstring("token-1"), ContainSubstring("5F0C")))
		})
	})

	It("traces its requests", func() {
		bubble(func() {
			var mu sync.Mutex
			var spans []string
			server := newServer()
			l, err := realtime.Listen(context.Background(), clientWith(server, func(o *chat.ClientOptions) {
				start := func(ctx context.Context, name string, _ *tracing.SpanOptions) (context.Context, tracing.Span) {
					mu.Lock()
					defer mu.Unlock()
					spans = append(spans, name)
					return ctx, tracing.Span{}
				}
				o.TracingProvider = tracing.NewProvider(func(string, string) tracing.Tracer { return tracing.NewTracer(start, nil) }, nil)
			}), nil)
			Expect(err).NotTo(HaveOccurred())
			Expect(l.Close()).To(Succeed())
			Expect(spans).To(Equal([]string{
				"Listener.GetConfiguration", "HTTP GET", "Listener.Allocate", "HTTP POST", "Listener.Handshake", "HTTP GET", "Listener.Connect",
				"Listener.Register", "HTTP POST", "Listener.Unregister", "HTTP DELETE",
			}))
		})
	})

	It("has no secrets in its errors", func() {
		bubble(func() {
			server := newServer()
			server.all(upgrade, reply(403, `{"error":{"message":"the-secret-sid"}}`))
			err, _ := fails(server)
			Expect(err).To(MatchError(chat.ErrForbidden))

			server = newServer()
			server.all(upgrade, reset)
			err, _ = fails(server)
			Expect(err).To(MatchError(errReset))
			Expect(err.Error()).NotTo(Or(ContainSubstring("the-secret-sid"), ContainSubstring("token-")))

			server = newServer()
			server.all(allocate, reply(403, `{"error":{"message":"who is token-1?"}}`))
			err, _ = fails(server)
			Expect(err.Error()).NotTo(ContainSubstring("token-1"))
		})
	})

	It("keeps trying while no token can be fetched", func() {
		bubble(func() {
			server := newServer()
			broken := errors.New("no route")
			var fail atomic.Bool
			credential, err := chat.NewTokenCredential(func(context.Context) (chat.AccessToken, error) {
				if fail.Load() {
					return chat.AccessToken{}, broken
				}
				return chat.AccessToken{Token: "token", ExpiresOn: time.Now().Add(time.Hour)}, nil
			}, nil)
			Expect(err).NotTo(HaveOccurred())
			o := &chat.ClientOptions{}
			o.Transport = server
			client, err := chat.NewClient("https://contoso.test", credential, o)
			Expect(err).NotTo(HaveOccurred())
			l, err := realtime.Listen(context.Background(), client, nil)
			Expect(err).NotTo(HaveOccurred())
			defer l.Close()

			fail.Store(true)
			server.next(allocate, reply(401, ""))
			server.live().drop()
			time.Sleep(3 * time.Hour) // the rejected token is used again, and a registration lasts two hours
			Expect(l.State()).To(Equal(realtime.StateReconnecting))
			fail.Store(false)
			time.Sleep(2 * time.Minute)
			Expect(l.State()).To(Equal(realtime.StateListening))
		})
	})

	It("acts for a user of a fleet, and ends with the fleet", func() {
		bubble(func() {
			server := newServer()
			o := &chat.FleetOptions{}
			o.Transport = server
			fleet, err := chat.NewFleet("https://contoso.test", func(_ context.Context, user chat.CommunicationUser) (chat.AccessToken, error) {
				return chat.AccessToken{Token: "of-" + user.ID, ExpiresOn: time.Now().Add(time.Hour)}, nil
			}, o)
			Expect(err).NotTo(HaveOccurred())
			l, err := realtime.Listen(context.Background(), fleet.As(chat.CommunicationUser{ID: "8:acs:R_b"}), nil)
			Expect(err).NotTo(HaveOccurred())
			Expect(server.seen(register)[0].token).To(Equal("of-8:acs:R_b"))
			Expect(fleet.Close()).To(Succeed())
			server.live().drop()
			var last error
			for _, err := range l.Events() {
				last = err
			}
			Expect(last).To(MatchError(chat.ErrClosed))
			Expect(l.Close()).To(Succeed())
		})
	})
})
