// Package sdkmodels holds the deliveries of the emulator to the models of the Azure SDK for Go.
package sdkmodels_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/messaging/eventgrid/azsystemevents"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/events"
)

func TestSDKModels(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "sdkmodels")
}

// models returns a model of each type of event.
func models() map[string]any {
	return map[string]any{
		azsystemevents.TypeACSChatMessageReceived:                      new(azsystemevents.ACSChatMessageReceivedEventData),
		azsystemevents.TypeACSChatMessageEdited:                        new(azsystemevents.ACSChatMessageEditedEventData),
		azsystemevents.TypeACSChatMessageDeleted:                       new(azsystemevents.ACSChatMessageDeletedEventData),
		azsystemevents.TypeACSChatThreadCreatedWithUser:                new(azsystemevents.ACSChatThreadCreatedWithUserEventData),
		azsystemevents.TypeACSChatThreadPropertiesUpdatedPerUser:       new(azsystemevents.ACSChatThreadPropertiesUpdatedPerUserEventData),
		azsystemevents.TypeACSChatThreadWithUserDeleted:                new(azsystemevents.ACSChatThreadWithUserDeletedEventData),
		azsystemevents.TypeACSChatParticipantAddedToThreadWithUser:     new(azsystemevents.ACSChatParticipantAddedToThreadWithUserEventData),
		azsystemevents.TypeACSChatParticipantRemovedFromThreadWithUser: new(azsystemevents.ACSChatParticipantRemovedFromThreadWithUserEventData),
		azsystemevents.TypeACSChatMessageReceivedInThread:              new(azsystemevents.ACSChatMessageReceivedInThreadEventData),
		azsystemevents.TypeACSChatMessageEditedInThread:                new(azsystemevents.ACSChatMessageEditedInThreadEventData),
		azsystemevents.TypeACSChatMessageDeletedInThread:               new(azsystemevents.ACSChatMessageDeletedInThreadEventData),
		azsystemevents.TypeACSChatTypingIndicatorReceivedInThread:      new(azsystemevents.ACSChatTypingIndicatorReceivedInThreadEventData),
		azsystemevents.TypeACSChatThreadCreated:                        new(azsystemevents.ACSChatThreadCreatedEventData),
		azsystemevents.TypeACSChatThreadPropertiesUpdated:              new(azsystemevents.ACSChatThreadPropertiesUpdatedEventData),
		azsystemevents.TypeACSChatThreadDeleted:                        new(azsystemevents.ACSChatThreadDeletedEventData),
		azsystemevents.TypeACSChatParticipantAddedToThread:             new(azsystemevents.ACSChatParticipantAddedToThreadEventData),
		azsystemevents.TypeACSChatParticipantRemovedFromThread:         new(azsystemevents.ACSChatParticipantRemovedFromThreadEventData),
		azsystemevents.TypeACSChatAzureBotCommandReceivedInThread:      new(azsystemevents.ACSChatAzureBotCommandReceivedInThreadEventData),
		azsystemevents.TypeACSUserDisconnected:                         new(azsystemevents.ACSUserDisconnectedEventData),
	}
}

// hasTextVersion reports whether the service writes the version of a type as a string, which the models cannot read.
func hasTextVersion(kind string) bool {
	return strings.HasPrefix(kind, "Microsoft.Communication.ChatMessage") && strings.HasSuffix(kind, "InThread") ||
		kind == azsystemevents.TypeACSChatTypingIndicatorReceivedInThread || kind == azsystemevents.TypeACSChatAzureBotCommandReceivedInThread
}

// webhook records the bodies of deliveries.
type webhook struct {
	*events.Handler

	mu     sync.Mutex // guards bodies
	bodies [][]byte
}

func (w *webhook) ServeHTTP(answer http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	Expect(err).NotTo(HaveOccurred())
	r.Body = io.NopCloser(strings.NewReader(string(body)))
	w.mu.Lock()
	w.bodies = append(w.bodies, body)
	w.mu.Unlock()
	w.Handler.ServeHTTP(answer, r)
}

// delivered are the bodies of the events of every type.
func delivered(ctx context.Context, schema events.Schema) [][]byte {
	GinkgoHelper()
	s, err := chattest.Open(nil)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(s.Close)
	hook := &webhook{Handler: events.NewHandler(func(context.Context, events.Event) error { return nil }, nil)}
	s.DeliverEvents(hook, &chattest.SubscriptionOptions{Schema: schema})

	users := s.NewUsers(3)
	client := s.Client(users[0])
	person := func(i int) chat.Participant {
		return chat.Participant{Identifier: chat.CommunicationUser{ID: users[i].ID}, DisplayName: users[i].ID, Metadata: map[string]string{"n": "x"}}
	}
	created, err := client.CreateThread(ctx, "Models", &chat.CreateThreadOptions{Participants: []chat.Participant{person(0), person(1)}, Metadata: map[string]string{"m": "x"}})
	Expect(err).NotTo(HaveOccurred())
	thread := client.ThreadClient(created.Thread.ID)
	sent, err := thread.SendMessage(ctx, "hi", &chat.SendMessageOptions{SenderDisplayName: "Ana", Metadata: map[string]string{"k": "v"}})
	Expect(err).NotTo(HaveOccurred())
	Expect(thread.UpdateMessage(ctx, sent.ID, chat.MessageUpdate{Content: new("hello")})).To(Succeed())
	Expect(thread.DeleteMessage(ctx, sent.ID)).To(Succeed())
	Expect(thread.SendTypingNotification(ctx, nil)).To(Succeed())
	Expect(thread.UpdateProperties(ctx, chat.PropertiesUpdate{Topic: new("SDK")})).To(Succeed())
	Expect(thread.AddParticipants(ctx, []chat.Participant{person(2)})).Error().NotTo(HaveOccurred())
	Expect(thread.RemoveParticipant(ctx, person(2).Identifier)).To(Succeed())
	Expect(client.DeleteThread(ctx, created.Thread.ID)).To(Succeed())
	Expect(s.WaitForDeliveries(ctx)).To(Succeed())
	hook.mu.Lock()
	defer hook.mu.Unlock()
	return append(hook.bodies, others(schema, users[0], users[1])...)
}

// others are the bodies of the events that no call of REST causes.
func others(schema events.Schema, user, bot chattest.User) (bodies [][]byte) {
	GinkgoHelper()
	now := time.Now()
	for _, event := range []events.Event{
		events.BotCommandReceived{
			Header: events.Header{ID: "1", Level: events.LevelThread, ThreadID: "19:x@thread.v2", Time: now, Version: "1", Recipient: bot},
			Message: chat.Message{
				ID: "1", Type: chat.MessageTypeText, Version: "1", Content: chat.MessageContent{Message: "/help"}, Sender: user, SenderDisplayName: "Ana",
				Metadata: map[string]string{"k": "v"},
			},
		},
		events.UserDisconnected{Header: events.Header{ID: "2", Time: now}, User: user},
	} {
		body, err := events.Format(schema, "/subscriptions/x", event)
		Expect(err).NotTo(HaveOccurred())
		bodies = append(bodies, body)
	}
	return bodies
}

// check decodes the data of an event with the model of its type.
func check(kind string, data []byte) {
	GinkgoHelper()
	model := models()[kind]
	Expect(model).NotTo(BeNil(), kind)
	if hasTextVersion(kind) {
		Expect(json.Unmarshal(data, model)).NotTo(Succeed(), "the models can read %s now", kind)
		data = []byte(strings.ReplaceAll(string(data), `"version":"`, `"version":0,"text":"`))
	}
	Expect(json.Unmarshal(data, model)).To(Succeed(), "%s: %s", kind, data)
	written, err := json.Marshal(model)
	Expect(err).NotTo(HaveOccurred())
	var members, known map[string]any
	Expect(json.Unmarshal(data, &members)).To(Succeed())
	Expect(json.Unmarshal(written, &known)).To(Succeed())
	for _, later := range []string{ // than the models, or older
		"sequenceId", "reason", "retentionPolicy", "text", "senderId", "recipientId", "createdBy", "editedBy", "deletedBy", "members",
	} {
		delete(members, later)
	}
	if kind == azsystemevents.TypeACSChatParticipantAddedToThread || kind == azsystemevents.TypeACSChatParticipantRemovedFromThread {
		delete(members, "createTime") // which the samples of the documentation have
	}
	for name := range members {
		Expect(known).To(HaveKey(name), kind)
	}
}

var _ = Describe("The deliveries of the emulator", func() {
	It("are read by the models of azsystemevents, in the schema of Event Grid", func(ctx SpecContext) {
		kinds := make(map[string]bool)
		for _, body := range delivered(ctx, events.SchemaEventGrid) {
			var list []struct {
				EventType string
				Data      json.RawMessage
			}
			Expect(json.Unmarshal(body, &list)).To(Succeed())
			if list[0].EventType == azsystemevents.TypeSubscriptionValidation {
				continue
			}
			kinds[list[0].EventType] = true
			check(list[0].EventType, list[0].Data)
		}
		Expect(kinds).To(HaveLen(19))
	}, SpecTimeout(time.Minute))

	It("are read by the models of azsystemevents, in that of CloudEvents", func(ctx SpecContext) {
		kinds := make(map[string]bool)
		for _, body := range delivered(ctx, events.SchemaCloudEvents) {
			if len(body) == 0 {
				continue // the handshake
			}
			var event struct {
				Type string
				Data json.RawMessage
			}
			Expect(json.Unmarshal(body, &event)).To(Succeed())
			kinds[event.Type] = true
			check(event.Type, event.Data)
		}
		Expect(kinds).To(HaveLen(19))
	}, SpecTimeout(time.Minute))
})
