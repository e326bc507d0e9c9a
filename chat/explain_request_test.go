package chat_test

import (
	"context"
	"strings"

	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/explain"
)

func requestTroubles() []trouble {
	day := chat.RetentionPolicy{Kind: chat.RetentionKindThreadCreationDate, DeleteThreadAfterDays: 1}
	return []trouble{
		{"an empty id", []explain.Kind{explain.Argument}, "before any request", func(ctx context.Context) (*chat.Client, error) {
			c, _ := clientOf(reply(200, ""))
			err := c.DeleteThread(ctx, "")
			return c, err
		}},
		{"a closed client", []explain.Kind{explain.Closed}, "nothing was sent", func(ctx context.Context) (*chat.Client, error) {
			c, _ := clientOf(reply(200, ""))
			Expect(c.Close()).To(Succeed())
			return c, list(ctx, c)
		}},
		{"a closed credential", []explain.Kind{explain.Closed}, "nothing was sent", func(ctx context.Context) (*chat.Client, error) {
			credential := staticCredential()
			c, err := chat.NewClient(testEndpoint, credential, options(answering(reply(200, ""))))
			Expect(err).NotTo(HaveOccurred())
			Expect(credential.Close()).To(Succeed())
			return c, list(ctx, c)
		}},
		serviceTrouble("a malformed id of a thread", `"release" is not of the form 19:`, func(ctx context.Context, w *world) (*chat.Client, error) {
			return w.alicesClient, w.alicesClient.DeleteThread(ctx, "release")
		}, explain.MalformedID),
		serviceTrouble("an id of a thread with text after it", `@thread.v2x" is not of the form 19:`, func(ctx context.Context, w *world) (*chat.Client, error) {
			_, err := w.alicesClient.ThreadClient(w.thread+"x").SendMessage(ctx, "hi", nil)
			return w.alicesClient, err
		}, explain.MalformedID),
		serviceTrouble("a malformed id of a message", `"first" is not of the form`, func(ctx context.Context, w *world) (*chat.Client, error) {
			_, err := w.alicesClient.ThreadClient(w.thread).GetMessage(ctx, "first")
			return w.alicesClient, err
		}, explain.MalformedID),
		serviceTrouble("a malformed id among the participants", `"8:acs:bob" is not of the form 8:acs:<resource>_<user>, two GUIDs`, func(ctx context.Context, w *world) (*chat.Client, error) {
			_, err := w.alicesClient.ThreadClient(w.thread).AddParticipants(ctx, those(w.carol, chat.CommunicationUser{ID: "8:acs:bob"}))
			return w.alicesClient, err
		}, explain.MalformedID),
		serviceTrouble("a malformed id of a participant to remove", `"bob" is not of the form`, func(ctx context.Context, w *world) (*chat.Client, error) {
			return w.alicesClient, w.alicesClient.ThreadClient(w.thread).RemoveParticipant(ctx, chat.CommunicationUser{ID: "bob"})
		}, explain.MalformedID),
		serviceTrouble("more participants than a thread allows", "the thread has 202, 49 more", func(ctx context.Context, w *world) (*chat.Client, error) {
			crowd := w.NewUsers(249)
			_, err := w.alicesClient.ThreadClient(w.thread).AddParticipants(ctx, those(crowd[:200]...))
			Expect(err).NotTo(HaveOccurred())
			_, err = w.alicesClient.ThreadClient(w.thread).AddParticipants(ctx, those(crowd[200:]...))
			return w.alicesClient, err
		}, explain.TooMany),
		serviceTrouble("too much metadata", "1 KB", func(ctx context.Context, w *world) (*chat.Client, error) {
			_, err := w.alicesClient.CreateThread(ctx, "", &chat.CreateThreadOptions{Metadata: map[string]string{"a": strings.Repeat("x", 1100)}})
			return w.alicesClient, err
		}, explain.Metadata),
		serviceTrouble("too much metadata of a participant", "1 KB", func(ctx context.Context, w *world) (*chat.Client, error) {
			crowd := those(w.carol)
			crowd[0].Metadata = map[string]string{"a": strings.Repeat("x", 1100)}
			_, err := w.alicesClient.ThreadClient(w.thread).AddParticipants(ctx, crowd)
			return w.alicesClient, err
		}, explain.Metadata),
		serviceTrouble("a retention of one day", "30 to 90 days", func(ctx context.Context, w *world) (*chat.Client, error) {
			return w.alicesClient, w.alicesClient.ThreadClient(w.thread).UpdateProperties(ctx, chat.PropertiesUpdate{Retention: &day})
		}, explain.Retention),
		serviceTrouble("an unknown type of message", `it was "markdown"; allowed are text and html`, func(ctx context.Context, w *world) (*chat.Client, error) {
			_, err := w.alicesClient.ThreadClient(w.thread).SendMessage(ctx, "a", &chat.SendMessageOptions{Type: "markdown"})
			return w.alicesClient, err
		}, explain.BadRequest),
		serviceTrouble("a message that is too long", "a message holds about 28 KB", func(ctx context.Context, w *world) (*chat.Client, error) {
			_, err := w.alicesClient.ThreadClient(w.thread).SendMessage(ctx, strings.Repeat("x", 29<<10), nil)
			return w.alicesClient, err
		}, explain.TooLarge),
		serviceTrouble("an unknown version of the API", "1999-12-31", func(ctx context.Context, w *world) (*chat.Client, error) {
			o := w.ClientOptions()
			o.APIVersion = "1999-12-31"
			c, err := chat.NewClient(w.Endpoint(), w.Credential(w.alice), o)
			Expect(err).NotTo(HaveOccurred())
			return c, list(ctx, c)
		}, explain.APIVersion),
	}
}
