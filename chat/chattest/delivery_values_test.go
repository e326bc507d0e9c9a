package chattest_test

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"strings"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/events"
)

var _ = Describe("An event at a webhook", func() {
	var (
		s             *chattest.Server
		ana, bo, cleo chattest.User
		thread        *chat.ThreadClient // Ana's
		mu            sync.Mutex         // guards got
		got           []events.Event
	)
	send := func(ctx context.Context) chat.Message {
		GinkgoHelper()
		sent := must(thread.SendMessage(ctx, "<b>Größe</b>", &chat.SendMessageOptions{
			SenderDisplayName: "Ana", Type: chat.MessageTypeHTML, Metadata: map[string]string{"k": "v", "l": "w"},
		}))
		return must(thread.GetMessage(ctx, sent.ID))
	}
	create := func(ctx context.Context) {
		GinkgoHelper()
		created := must(s.Client(ana).CreateThread(ctx, "Größe", &chat.CreateThreadOptions{
			Participants: []chat.Participant{
				{Identifier: ana, DisplayName: "Ana"}, {Identifier: bo, DisplayName: "Bo", Metadata: map[string]string{"role": "guest"}},
			},
			Metadata:  map[string]string{"team": "x"},
			Retention: chat.RetentionPolicy{Kind: chat.RetentionKindThreadCreationDate, DeleteThreadAfterDays: 60},
		}))
		thread = s.Client(ana).ThreadClient(created.Thread.ID)
	}
	// plain is a participant as events of Event Grid have it.
	plain := func(p chat.Participant) chat.Participant {
		return chat.Participant{Identifier: p.Identifier, DisplayName: p.DisplayName, Metadata: p.Metadata}
	}
	by := func(u chattest.User) chat.Participant {
		return chat.Participant{Identifier: chat.CommunicationUser{ID: u.ID}}
	}
	// changes causes the events of each kind, and returns the event with the values that REST has.
	changes := map[events.Kind]func(ctx context.Context) events.Event{
		events.KindMessageReceived: func(ctx context.Context) events.Event { return events.MessageReceived{Message: send(ctx)} },
		events.KindMessageEdited: func(ctx context.Context) events.Event {
			id := send(ctx).ID
			Expect(thread.UpdateMessage(ctx, id, chat.MessageUpdate{Content: new("big"), Metadata: map[string]string{"k": ""}})).To(Succeed())
			return events.MessageEdited{Message: must(thread.GetMessage(ctx, id))}
		},
		events.KindMessageDeleted: func(ctx context.Context) events.Event {
			id := send(ctx).ID
			Expect(thread.DeleteMessage(ctx, id)).To(Succeed())
			return events.MessageDeleted{Message: must(thread.GetMessage(ctx, id))}
		},
		events.KindTypingIndicatorReceived: func(ctx context.Context) events.Event {
			Expect(thread.SendTypingNotification(ctx, &chat.SendTypingNotificationOptions{SenderDisplayName: "Anna"})).To(Succeed())
			return events.TypingIndicatorReceived{Sender: by(ana).Identifier, SenderDisplayName: "Anna"}
		},
		events.KindThreadCreated: func(ctx context.Context) events.Event {
			create(ctx)
			e := events.ThreadCreated{Properties: must(thread.GetProperties(ctx)), CreatedBy: by(ana)}
			for _, p := range must(thread.ListParticipants(nil).Collect(ctx, 0)) {
				e.Participants = append(e.Participants, plain(p))
			}
			return e
		},
		events.KindThreadPropertiesUpdated: func(ctx context.Context) events.Event {
			Expect(thread.UpdateProperties(ctx, chat.PropertiesUpdate{Topic: new("Lunch"), Metadata: map[string]string{"place": "y"}})).To(Succeed())
			p := must(thread.GetProperties(ctx))
			p.CreatedBy = nil
			return events.ThreadPropertiesUpdated{Properties: p, UpdatedBy: by(ana)}
		},
		events.KindThreadDeleted: func(ctx context.Context) events.Event {
			p := must(thread.GetProperties(ctx))
			Expect(s.Client(ana).DeleteThread(ctx, thread.ThreadID())).To(Succeed())
			return events.ThreadDeleted{Reason: events.DeletionReasonUser, DeletedBy: by(ana), ThreadCreatedOn: p.CreatedOn}
		},
		events.KindParticipantsAdded: func(ctx context.Context) events.Event {
			Expect(thread.AddParticipants(ctx, []chat.Participant{{Identifier: cleo, DisplayName: "Cleo", Metadata: map[string]string{"role": "host"}}})).To(BeEmpty())
			list := must(thread.ListParticipants(nil).Collect(ctx, 0))
			return events.ParticipantsAdded{
				AddedBy: by(ana), Participants: []chat.Participant{plain(list[2])}, ThreadCreatedOn: must(thread.GetProperties(ctx)).CreatedOn,
			}
		},
		events.KindParticipantsRemoved: func(ctx context.Context) events.Event {
			list := must(thread.ListParticipants(nil).Collect(ctx, 0))
			Expect(thread.RemoveParticipant(ctx, bo)).To(Succeed())
			return events.ParticipantsRemoved{
				RemovedBy: by(ana), Participants: []chat.Participant{plain(list[1])}, ThreadCreatedOn: must(thread.GetProperties(ctx)).CreatedOn,
			}
		},
	}

	BeforeEach(func(ctx SpecContext) {
		s = chattest.NewServer(GinkgoTB(), api.Watch(&chattest.Options{NoSocket: true}))
		users := s.NewUsers(3)
		ana, bo, cleo = users[0], users[1], users[2]
		create(ctx)
		got = nil
	})

	// observe delivers to the handler of package events, over HTTP.
	observe := func(ctx context.Context, schema events.Schema, types ...string) {
		GinkgoHelper()
		handler := events.NewHandler(func(_ context.Context, e events.Event) error {
			mu.Lock()
			defer mu.Unlock()
			got = append(got, e)
			return nil
		}, nil)
		server := httptest.NewServer(handler)
		DeferCleanup(server.Close)
		e := must(s.DeliverEventsTo(server.URL, &chattest.SubscriptionOptions{Schema: schema, EventTypes: types}))
		Expect(s.WaitForDeliveries(ctx)).To(Succeed())
		Expect(e.State()).To(Equal(chattest.SubscriptionActive), e.Outcome())
	}

	for _, schema := range []events.Schema{events.SchemaEventGrid, events.SchemaCloudEvents} {
		for _, t := range events.EventTypes() {
			change, ok := changes[t.Kind]
			if !ok {
				continue
			}
			It("has the values of REST: "+strings.TrimPrefix(t.Name, "Microsoft.Communication.")+" in the schema "+string(schema), func(ctx SpecContext) {
				observe(ctx, schema, t.Name)
				expected := change(ctx)
				Expect(s.WaitForDeliveries(ctx)).To(Succeed())
				Expect(got).NotTo(BeEmpty())
				event := got[0]
				header := event.EventHeader()
				told := s.Events(t.Kind)
				Expect(header.ID).NotTo(BeEmpty())
				Expect(header.Subject).To(HavePrefix("thread/" + thread.ThreadID() + "/"))
				Expect(header.Level).To(Equal(t.Level))
				Expect(header.ThreadID).To(Equal(thread.ThreadID()))
				Expect(header.Version).To(Equal(told[len(told)-1].EventHeader().Version))
				Expect(header.Time).To(Equal(told[len(told)-1].EventHeader().Time))
				if t.Level == events.LevelUser {
					Expect(header.Recipient).To(Equal(chat.Identifier(chat.CommunicationUser{ID: bo.ID})))
				} else {
					Expect(header.Recipient).To(BeNil())
				}
				Expect(event).To(Equal(events.WithHeader(expected, header)))
			})
		}
	}

	It("has every type of Event Grid that a request to the chat API can cause", func() {
		var caused, missing int
		for _, t := range events.EventTypes() {
			if _, ok := changes[t.Kind]; ok {
				caused++
			} else {
				missing++
				Expect(t.Kind).To(BeElementOf(events.KindBotCommandReceived, events.KindUserDisconnected))
			}
		}
		Expect([]int{caused, missing}).To(Equal([]int{17, 2}))
	})

	It("arrives once at a handler that remembers what it has seen, whatever happens on the way", func(ctx SpecContext) {
		observe(ctx, events.SchemaEventGrid, received)
		s.Fail(chattest.DeliverToWebhook, chattest.Fault{DuplicateEvent: true, Every: 2})
		s.Fail(chattest.DeliverToWebhook, chattest.Fault{LoseReply: true, Every: 2})
		for range 10 {
			send(ctx)
		}
		for range 10 {
			Expect(s.WaitForDeliveries(ctx)).To(Succeed())
			s.Advance(chattest.MaxDeliveryTime / 30)
		}
		Expect(s.WaitForDeliveries(ctx)).To(Succeed())
		Expect(statuses(s.Service)).To(HaveEach(chattest.DeliveryDelivered))
		Expect(got).To(HaveLen(10))
	})

	It("is refused by a handler with another secret, and then given up", func(ctx SpecContext) {
		handler := events.NewHandler(func(context.Context, events.Event) error { return nil }, &events.HandlerOptions{
			Secrets: []string{"s3cret"}, SecretParameter: "code", Logger: slog.New(slog.DiscardHandler),
		})
		right := s.DeliverEvents(handler, &chattest.SubscriptionOptions{Target: "/?code=s3cret"})
		wrong := s.DeliverEvents(handler, &chattest.SubscriptionOptions{Target: "/?code=other"})
		Expect(s.WaitForDeliveries(ctx)).To(Succeed())
		Expect(right.State()).To(Equal(chattest.SubscriptionActive))
		Expect(wrong.Outcome()).To(ContainSubstring("401"))
	})
})
