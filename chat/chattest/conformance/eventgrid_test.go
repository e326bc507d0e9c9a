//go:build conformance

package conformance_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/events"
)

// recorder is a webhook that records the bodies of deliveries.
type recorder struct {
	*events.Handler

	mu     sync.Mutex // guards bodies
	bodies []string
}

func (r *recorder) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	body, _ := io.ReadAll(request.Body)
	if request.Method == http.MethodPost && !bytes.Contains(body, []byte("SubscriptionValidationEvent")) {
		r.mu.Lock()
		r.bodies = append(r.bodies, string(body))
		r.mu.Unlock()
	}
	request.Body = io.NopCloser(bytes.NewReader(body))
	r.Handler.ServeHTTP(w, request)
}

// gridEvent is an event as the official package hands it on.
type gridEvent struct {
	Type, ID, Subject string
	System            bool // of a type that the package knows
	Data              map[string]any
	Dates             []string // the members of the data that are dates
}

// deliveries are the bodies of the events of all types, in each schema: those that calls of REST cause, and the two others.
func deliveries(ctx context.Context) map[events.Schema][]string {
	GinkgoHelper()
	s, err := chattest.Open(nil)
	Expect(err).NotTo(HaveOccurred())
	defer func() { Expect(s.Close()).To(Succeed()) }()
	recorders := make(map[events.Schema]*recorder)
	for _, schema := range []events.Schema{events.SchemaEventGrid, events.SchemaCloudEvents} {
		recorders[schema] = &recorder{Handler: events.NewHandler(func(context.Context, events.Event) error { return nil }, nil)}
		s.DeliverEvents(recorders[schema], &chattest.SubscriptionOptions{Schema: schema})
	}
	users := s.NewUsers(3)
	client := s.Client(users[0])
	participant := func(i int) chat.Participant {
		return chat.Participant{Identifier: users[i], DisplayName: "Name", Metadata: map[string]string{"role": "x"}}
	}
	created, err := client.CreateThread(ctx, "Größe", &chat.CreateThreadOptions{
		Participants: []chat.Participant{participant(0), participant(1)}, Metadata: map[string]string{"team": "x"},
	})
	Expect(err).NotTo(HaveOccurred())
	thread := client.ThreadClient(created.Thread.ID)
	sent, err := thread.SendMessage(ctx, "hi", &chat.SendMessageOptions{SenderDisplayName: "Ann", Metadata: map[string]string{"k": "v"}})
	Expect(err).NotTo(HaveOccurred())
	Expect(thread.UpdateMessage(ctx, sent.ID, chat.MessageUpdate{Content: new("two")})).To(Succeed())
	Expect(thread.DeleteMessage(ctx, sent.ID)).To(Succeed())
	Expect(thread.SendTypingNotification(ctx, nil)).To(Succeed())
	Expect(thread.UpdateProperties(ctx, chat.PropertiesUpdate{Topic: new("Two")})).To(Succeed())
	Expect(thread.AddParticipants(ctx, []chat.Participant{participant(2)})).Error().NotTo(HaveOccurred())
	Expect(thread.RemoveParticipant(ctx, users[2])).To(Succeed())
	Expect(client.DeleteThread(ctx, created.Thread.ID)).To(Succeed())
	Expect(s.WaitForDeliveries(ctx)).To(Succeed())
	bodies := make(map[events.Schema][]string)
	for schema, r := range recorders {
		bodies[schema] = r.bodies
		for _, event := range []events.Event{
			events.BotCommandReceived{
				Header: events.Header{ID: "1", Level: events.LevelThread, ThreadID: created.Thread.ID, Time: s.Now(), Version: "1", Recipient: users[1]},
				Message: chat.Message{
					ID: "1", Type: chat.MessageTypeText, Version: "1", Content: chat.MessageContent{Message: "/help"}, Sender: users[0], SenderDisplayName: "Ann",
					CreatedOn: s.Now(), Metadata: map[string]string{"k": "v"},
				},
			},
			events.UserDisconnected{Header: events.Header{ID: "2", Time: s.Now()}, User: users[0]},
		} {
			body, err := events.Format(schema, "/subscriptions/x", event)
			Expect(err).NotTo(HaveOccurred())
			bodies[schema] = append(bodies[schema], string(body))
		}
	}
	return bodies
}

// describeEventGrid holds the deliveries of the emulator to the official package.
func describeEventGrid(js *client) {
	It("reads the deliveries of the emulator, of all types, in both schemas", func(ctx SpecContext) {
		bodies := deliveries(ctx)
		input, err := json.Marshal(bodies)
		Expect(err).NotTo(HaveOccurred())
		cmd := js.command(ctx, js.programs[0], []string{"eventgrid.mjs"}, nil)
		cmd.Stdin, cmd.Stderr = bytes.NewReader(input), GinkgoWriter
		output, err := cmd.Output()
		Expect(err).NotTo(HaveOccurred())
		var read map[events.Schema][]gridEvent
		Expect(json.Unmarshal(output, &read)).To(Succeed())

		for schema, list := range bodies {
			var types []string
			for i, body := range list {
				parsed, err := events.Parse([]byte(body))
				Expect(err).NotTo(HaveOccurred())
				got := read[schema][i]
				h := parsed[0].EventHeader()
				Expect(got.ID).To(Equal(h.ID))
				Expect(got.Subject).To(Equal(h.Subject))
				Expect(got.System).To(BeTrue(), got.Type)
				expectData(got, body)
				if !slices.Contains(types, got.Type) {
					types = append(types, got.Type)
				}
			}
			Expect(types).To(HaveLen(19), string(schema))
		}
	}, SpecTimeout(2*time.Minute))
}

// expectData compares what the package made of the data with the data.
func expectData(got gridEvent, body string) {
	GinkgoHelper()
	var sent struct{ Data map[string]any }
	Expect(json.Unmarshal([]byte(strings.Trim(body, "[]")), &sent)).To(Succeed())
	for name, value := range sent.Data {
		if strings.HasSuffix(strings.ToLower(name), "time") {
			want, err := time.Parse(time.RFC3339, value.(string))
			Expect(err).NotTo(HaveOccurred())
			if slices.Contains(got.Dates, name) {
				value = want.UTC().Format("2006-01-02T15:04:05.000Z")
			}
		}
		Expect(got.Data).To(HaveKeyWithValue(name, value), got.Type)
	}
}
