package chat_test

import (
	"context"
	"net/http"
	"time"

	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/explain"
)

func threadTroubles() []trouble {
	return []trouble{
		serviceTrouble("a user who was never a participant", "no such thread in the list", func(ctx context.Context, w *world) (*chat.Client, error) {
			_, err := w.carolsOwn.ThreadClient(w.thread).SendMessage(ctx, "hi", nil)
			return w.carolsOwn, err
		}, explain.NotParticipant, explain.OtherResource),
		serviceTrouble("a user who was removed", "still has it in the list", func(ctx context.Context, w *world) (*chat.Client, error) {
			Expect(w.alicesClient.ThreadClient(w.thread).RemoveParticipant(ctx, w.bob)).To(Succeed())
			_, err := w.bobsClient.ThreadClient(w.thread).ListMessages(nil).Collect(ctx, 0)
			return w.bobsClient, err
		}, explain.Removed),
		serviceTrouble("a thread that was deleted, by a send", "has it as deleted on", func(ctx context.Context, w *world) (*chat.Client, error) {
			Expect(w.alicesClient.DeleteThread(ctx, w.thread)).To(Succeed())
			_, err := w.bobsClient.ThreadClient(w.thread).SendMessage(ctx, "hi", nil)
			return w.bobsClient, err
		}, explain.ThreadDeleted),
		serviceTrouble("a thread that was deleted, by a get", "has it as deleted on", func(ctx context.Context, w *world) (*chat.Client, error) {
			Expect(w.alicesClient.DeleteThread(ctx, w.thread)).To(Succeed())
			_, err := w.bobsClient.ThreadClient(w.thread).GetProperties(ctx)
			return w.bobsClient, err
		}, explain.ThreadDeleted),
		serviceTrouble("a thread that does not exist", "no such thread in the list", func(ctx context.Context, w *world) (*chat.Client, error) {
			err := w.alicesClient.ThreadClient("19:00000000000000000000000000000000@thread.v2").UpdateTopic(ctx, "")
			return w.alicesClient, err
		}, explain.ThreadUnknown),
		serviceTrouble("a message of another user", "sent it, and the token is of 8:acs:", func(ctx context.Context, w *world) (*chat.Client, error) {
			sent, err := w.alicesClient.ThreadClient(w.thread).SendMessage(ctx, "mine", nil)
			Expect(err).NotTo(HaveOccurred())
			return w.bobsClient, w.bobsClient.ThreadClient(w.thread).UpdateMessage(ctx, sent.ID, chat.MessageUpdate{Content: new("not yours")})
		}, explain.NotSender),
		serviceTrouble("a message of the service", "is of type topicUpdated", func(ctx context.Context, w *world) (*chat.Client, error) {
			newest, err := w.alicesClient.ThreadClient(w.thread).ListMessages(nil).Collect(ctx, 1)
			Expect(err).NotTo(HaveOccurred())
			return w.alicesClient, w.alicesClient.ThreadClient(w.thread).DeleteMessage(ctx, newest[0].ID)
		}, explain.NotSender),
		serviceTrouble("the refusal of a change to one's own message", "403 Forbidden", func(ctx context.Context, w *world) (*chat.Client, error) {
			thread := w.alicesClient.ThreadClient(w.thread)
			sent, err := thread.SendMessage(ctx, "mine", nil)
			Expect(err).NotTo(HaveOccurred())
			w.Fail(chattest.DeleteChatMessage, chattest.Fault{Status: http.StatusForbidden})
			return w.alicesClient, thread.DeleteMessage(ctx, sent.ID)
		}, explain.Unknown),
		serviceTrouble("the refusal of a change to an unreadable message", "the user is a participant of the thread", func(ctx context.Context, w *world) (*chat.Client, error) {
			w.Fail(chattest.DeleteChatMessage, chattest.Fault{Status: http.StatusForbidden})
			return w.alicesClient, w.alicesClient.ThreadClient(w.thread).DeleteMessage(ctx, "1762161500604")
		}, explain.NotSender),
		serviceTrouble("a change to a message of a thread of others", "no such thread in the list", func(ctx context.Context, w *world) (*chat.Client, error) {
			return w.carolsOwn, w.carolsOwn.ThreadClient(w.thread).DeleteMessage(ctx, "1762161500604")
		}, explain.NotParticipant, explain.OtherResource),
		serviceTrouble("a message that does not exist", "so the thread exists", func(ctx context.Context, w *world) (*chat.Client, error) {
			w.Advance(time.Hour)
			client := w.Client(w.alice)
			_, err := client.ThreadClient(w.thread).GetMessage(ctx, "1762161500604")
			return client, err
		}, explain.MessageUnknown),
		serviceTrouble("a receipt in a new thread", "so the thread exists", func(ctx context.Context, w *world) (*chat.Client, error) {
			return w.alicesClient, w.alicesClient.ThreadClient(w.thread).SendReadReceipt(ctx, "1762161500604")
		}, explain.MessageUnknown, explain.TooNew),
		serviceTrouble("a new thread that is not visible everywhere", "old", func(ctx context.Context, w *world) (*chat.Client, error) {
			w.Fail(chattest.ListChatReadReceipts, chattest.Fault{Status: http.StatusNotFound})
			_, err := w.alicesClient.ThreadClient(w.thread).ListReadReceipts(nil).Collect(ctx, 0)
			return w.alicesClient, err
		}, explain.TooNew),
		serviceTrouble("a refusal of a participant", "now the user is one", func(ctx context.Context, w *world) (*chat.Client, error) {
			w.Fail(chattest.ListChatMessages, chattest.Fault{Status: http.StatusForbidden})
			_, err := w.alicesClient.ThreadClient(w.thread).ListMessages(nil).Collect(ctx, 0)
			return w.alicesClient, err
		}, explain.NotParticipant),
		serviceTrouble("a create with a user of another resource", "and the token to", func(ctx context.Context, w *world) (*chat.Client, error) {
			_, err := w.alicesClient.CreateThread(ctx, "", &chat.CreateThreadOptions{Participants: those(w.bob, w.ForeignUser())})
			return w.alicesClient, err
		}, explain.OtherResource),
		serviceTrouble("a participant of another resource", "and the token to", func(ctx context.Context, w *world) (*chat.Client, error) {
			return w.alicesClient, firstFailure(w.alicesClient.ThreadClient(w.thread).AddParticipants(ctx, those(w.ForeignUser())))
		}, explain.OtherResource),
		serviceTrouble("a participant who was deleted", "Not found", func(ctx context.Context, w *world) (*chat.Client, error) {
			w.DeleteUser(w.carol)
			return w.alicesClient, firstFailure(w.alicesClient.ThreadClient(w.thread).AddParticipants(ctx, those(w.carol)))
		}, explain.ParticipantUnknown),
		serviceTrouble("a phone number among the participants", "is of kind phoneNumber", func(ctx context.Context, w *world) (*chat.Client, error) {
			return w.alicesClient, firstFailure(w.alicesClient.ThreadClient(w.thread).AddParticipants(ctx, those(chat.PhoneNumber{Number: "+15555550123"})))
		}, explain.ParticipantKind),
	}
}
