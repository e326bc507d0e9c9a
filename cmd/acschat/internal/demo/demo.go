// Package demo walks through every chat operation against a service in the same process.
package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
)

// demo is a chat in which Alice plans a release with Bob and Carol.
type demo struct {
	out     io.Writer
	service *chattest.Service
	chapter int

	alice, bob, carol, stranger chat.CommunicationUser

	tokens int // Alice has been given
	client *chat.Client
	thread *chat.ThreadClient

	welcome, status string // message ids
}

// Run prints the demo to out. It returns an error if a result is not as promised.
func Run(ctx context.Context, out io.Writer) (err error) {
	service, err := chattest.Open(nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, service.Close()) }()
	d := &demo{out: out, service: service}
	d.alice, d.bob, d.carol, d.stranger = service.NewUser(), service.NewUser(), service.NewUser(), service.ForeignUser()

	fmt.Fprintln(out, "A chat service runs inside this process; nothing leaves it. Lines with > are the Go you would write.")
	started := time.Now()
	for _, chapter := range []func(context.Context) error{
		d.connect, d.createThread, d.addParticipants, d.sendMessages, d.listMessages, d.updateMessage, d.deleteMessage,
		d.typing, d.readReceipts, d.listen, d.updateTopic, d.removeParticipant, d.expiredToken, d.listAndDeleteThreads,
	} {
		if err := chapter(ctx); err != nil {
			return fmt.Errorf("demo, chapter %d: %w", d.chapter, err)
		}
	}
	fmt.Fprintf(out, "\nAll of it worked, in %s. Next: the quick start in the README, and go doc %s\n",
		time.Since(started).Round(time.Millisecond), "github.com/acschat/acs-chat-go/chat")
	return d.client.Close()
}

func (d *demo) connect(context.Context) error {
	d.title("Connect as Alice, with a token that renews itself",
		`credential, err := chat.NewTokenCredential(fetchToken, nil)   // calls fetchToken when one is needed`,
		`client, err := chat.NewClient(endpoint, credential, nil)`)
	credential, err := chat.NewTokenCredential(func(context.Context) (chat.AccessToken, error) {
		d.tokens++
		return chat.AccessToken{Token: d.service.Token(d.alice, time.Hour)}, nil
	}, nil)
	if err != nil {
		return err
	}
	d.client, err = d.connectAs(credential)
	d.say("no request yet: the client asks for a token when it first needs one")
	return err
}

// connectAs reaches the service in process; against the real one the options are nil.
func (d *demo) connectAs(credential *chat.TokenCredential) (*chat.Client, error) {
	return chat.NewClient(d.service.Endpoint(), credential, &chat.ClientOptions{
		ClientOptions: azcore.ClientOptions{Transport: d.service.Transport()},
	})
}

func (d *demo) connectBob() (*chat.Client, error) {
	credential, err := chat.NewStaticTokenCredential(chat.AccessToken{Token: d.service.Token(d.bob, time.Hour)})
	if err != nil {
		return nil, err
	}
	return d.connectAs(credential)
}

func (d *demo) createThread(ctx context.Context) error {
	d.title("Create a thread with Bob in it",
		`created, err := client.CreateThread(ctx, "Release 4.2", &chat.CreateThreadOptions{`,
		`        Participants: []chat.Participant{{Identifier: bob, DisplayName: "Bob"}}, Metadata: ...})`,
		`thread := client.ThreadClient(created.Thread.ID)`,
		`properties, err := thread.GetProperties(ctx)`)
	created, err := d.client.CreateThread(ctx, "Release 4.2", &chat.CreateThreadOptions{
		Participants: []chat.Participant{{Identifier: d.bob, DisplayName: "Bob"}},
		Metadata:     map[string]string{"ticket": "OPS-1207"},
	})
	if err != nil {
		return err
	}
	d.thread = d.client.ThreadClient(created.Thread.ID)
	properties, err := d.thread.GetProperties(ctx)
	if err != nil {
		return err
	}
	d.say("thread %s", properties.ID)
	d.say("topic %q, by %s, metadata %v", properties.Topic, d.name(properties.CreatedBy), properties.Metadata)
	return check("the thread is Alice's and as she made it", created.Failed == nil && properties.Topic == "Release 4.2" &&
		properties.CreatedBy == d.alice && properties.Metadata["ticket"] == "OPS-1207")
}

func (d *demo) addParticipants(ctx context.Context) error {
	d.title("Add people, two of whom the service refuses, and decide whom to add again",
		`failed, err := thread.AddParticipants(ctx, people)   // nil, nil: everybody is in`,
		`for _, f := range failed { ... f.Participant ... errors.Is(f.Err, chat.ErrNotFound) ... }`)
	unknown := chat.CommunicationUser{ID: d.carol.ID[:len(d.carol.ID)-6] + "ffffff"} // Carol's account is not made yet
	failed, err := d.thread.AddParticipants(ctx, []chat.Participant{
		{Identifier: d.bob, DisplayName: "Bob"}, // in already: changes nothing
		{Identifier: unknown, DisplayName: "Carol"},
		{Identifier: d.stranger, DisplayName: "Stranger"},
	})
	if err != nil {
		return err
	}
	if err := check("two of three are refused", len(failed) == 2); err != nil {
		return err
	}
	var again []chat.Participant
	for _, f := range failed {
		if errors.Is(f.Err, chat.ErrNotFound) {
			d.say("%s: %q: there is no such user: create the user and try again", f.Participant.DisplayName, f.Err.Message)
			again = append(again, chat.Participant{Identifier: d.carol, DisplayName: "Carol"})
		} else {
			d.say("%s: %q: of another resource: skipped", f.Participant.DisplayName, f.Err.Message)
		}
	}
	failed, err = d.thread.AddParticipants(ctx, again)
	if err != nil {
		return err
	}
	d.say("second try: %d added, %d failed", len(again), len(failed))
	return check("Carol is in after the second try", len(again) == 1 && failed == nil)
}

func (d *demo) sendMessages(ctx context.Context) error {
	d.title("Send text, and HTML with metadata",
		`sent, err := thread.SendMessage(ctx, "Canary is green.", nil)`,
		`sent, err = thread.SendMessage(ctx, "<b>Rolling on.</b>", &chat.SendMessageOptions{`,
		`        Type: chat.MessageTypeHTML, SenderDisplayName: "Alice", Metadata: map[string]string{"build": "8841"}})`,
		`message, err := thread.GetMessage(ctx, sent.ID)`)
	sent, err := d.thread.SendMessage(ctx, "Canary is green.", nil)
	if err != nil {
		return err
	}
	d.welcome = sent.ID
	sent, err = d.thread.SendMessage(ctx, "<b>Rolling on.</b>", &chat.SendMessageOptions{
		Type: chat.MessageTypeHTML, SenderDisplayName: "Alice", Metadata: map[string]string{"build": "8841"},
	})
	if err != nil {
		return err
	}
	d.status = sent.ID
	m, err := d.thread.GetMessage(ctx, d.status)
	if err != nil {
		return err
	}
	d.say("message %s: %s %q, from %s, metadata %v", m.ID, m.Type, m.Content.Message, d.name(m.Sender), m.Metadata)
	return check("the message reads as it was sent", m.Type == chat.MessageTypeHTML && m.Content.Message == "<b>Rolling on.</b>" &&
		m.SenderDisplayName == "Alice" && m.Metadata["build"] == "8841" && m.Sender == d.alice)
}

func (d *demo) listMessages(ctx context.Context) error {
	d.title("List the messages, the newest first, by pages of two",
		`for page, err := range thread.ListMessages(&chat.ListMessagesOptions{PageSize: 2}).Pages(ctx) { ... }`,
		`for message, err := range thread.ListMessages(nil).All(ctx) { ... }   // or without thinking of pages`)
	pages, messages := 0, 0
	for page, err := range d.thread.ListMessages(&chat.ListMessagesOptions{PageSize: 2}).Pages(ctx) {
		if err != nil {
			return err
		}
		pages++
		for _, m := range page.Items {
			messages++
			d.say("page %d: %-16s %s", pages, m.Type, d.text(m))
		}
	}
	all, err := d.thread.ListMessages(nil).Collect(ctx, 0)
	if err != nil {
		return err
	}
	return check("two messages of Alice's and three of the service, on pages of two", messages == 5 && len(all) == 5 && pages >= 3)
}

func (d *demo) updateMessage(ctx context.Context) error {
	d.title("Update a message; what is nil stays",
		`err := thread.UpdateMessage(ctx, messageID, chat.MessageUpdate{Content: new("<b>Done.</b>")})`)
	if err := d.thread.UpdateMessage(ctx, d.status, chat.MessageUpdate{Content: new("<b>Done.</b>")}); err != nil {
		return err
	}
	m, err := d.thread.GetMessage(ctx, d.status)
	if err != nil {
		return err
	}
	d.say("%q, edited: %t, metadata kept: %v", m.Content.Message, !m.EditedOn.IsZero(), m.Metadata)
	return check("the text is new and the metadata old", m.Content.Message == "<b>Done.</b>" && !m.EditedOn.IsZero() && m.Metadata["build"] == "8841")
}

func (d *demo) deleteMessage(ctx context.Context) error {
	d.title("Delete a message; it stays listed, without content", `err := thread.DeleteMessage(ctx, messageID)`)
	if err := d.thread.DeleteMessage(ctx, d.welcome); err != nil {
		return err
	}
	newest, err := d.thread.ListMessages(nil).Collect(ctx, 1)
	if err != nil {
		return err
	}
	d.say("now the first in the list: %s %q, deleted: %t", newest[0].ID, newest[0].Content.Message, !newest[0].DeletedOn.IsZero())
	return check("the deleted message is listed first and empty",
		newest[0].ID == d.welcome && newest[0].Content.Message == "" && !newest[0].DeletedOn.IsZero())
}

func (d *demo) typing(ctx context.Context) error {
	d.title("Tell the others that Alice is typing", `err := thread.SendTypingNotification(ctx, nil)`)
	if err := d.thread.SendTypingNotification(ctx, &chat.SendTypingNotificationOptions{SenderDisplayName: "Alice"}); err != nil {
		return err
	}
	d.say("sent")
	return nil
}

func (d *demo) readReceipts(ctx context.Context) error {
	d.title("Bob reads; Alice sees how far",
		`err := bobsThread.SendReadReceipt(ctx, messageID)`,
		`receipts, err := thread.ListReadReceipts(nil).Collect(ctx, 0)`)
	bobs, err := d.connectBob()
	if err != nil {
		return err
	}
	defer bobs.Close()
	if err := bobs.ThreadClient(d.thread.ThreadID()).SendReadReceipt(ctx, d.status); err != nil {
		return err
	}
	receipts, err := d.thread.ListReadReceipts(nil).Collect(ctx, 0)
	if err != nil {
		return err
	}
	for _, r := range receipts {
		d.say("%s has read up to %s", d.name(r.Sender), r.MessageID)
	}
	return check("there is Bob's receipt", len(receipts) == 1 && receipts[0].Sender == d.bob && receipts[0].MessageID == d.status)
}

func (d *demo) updateTopic(ctx context.Context) error {
	d.title("Change the topic, and let the service delete the thread after 60 days",
		`err := thread.UpdateTopic(ctx, "Release 4.2 (done)")`,
		`err = thread.UpdateProperties(ctx, chat.PropertiesUpdate{Retention: &chat.RetentionPolicy{...}})`)
	if err := d.thread.UpdateTopic(ctx, "Release 4.2 (done)"); err != nil {
		return err
	}
	sixtyDays := chat.RetentionPolicy{Kind: chat.RetentionKindThreadCreationDate, DeleteThreadAfterDays: 60}
	if err := d.thread.UpdateProperties(ctx, chat.PropertiesUpdate{Retention: &sixtyDays}); err != nil {
		return err
	}
	properties, err := d.thread.GetProperties(ctx)
	if err != nil {
		return err
	}
	d.say("topic %q, deleted %d days after its creation", properties.Topic, properties.Retention.DeleteThreadAfterDays)
	return check("topic and retention are new", properties.Topic == "Release 4.2 (done)" && properties.Retention == sixtyDays)
}

func (d *demo) removeParticipant(ctx context.Context) error {
	d.title("Find Bob among the participants and remove him; identifiers compare with ==",
		`for p, err := range thread.ListParticipants(nil).All(ctx) { if p.Identifier == bob { ... } }`,
		`err := thread.RemoveParticipant(ctx, bob)`)
	var names []string
	found := false
	for p, err := range d.thread.ListParticipants(nil).All(ctx) {
		if err != nil {
			return err
		}
		names = append(names, d.name(p.Identifier))
		found = found || p.Identifier == d.bob
	}
	d.say("in the thread: %s", strings.Join(names, ", "))
	if err := d.thread.RemoveParticipant(ctx, d.bob); err != nil {
		return err
	}
	left, err := d.thread.ListParticipants(nil).Collect(ctx, 0)
	if err != nil {
		return err
	}
	d.say("removed Bob, %d are left", len(left))
	return check("Bob was there and is gone", found && len(names) == 3 && len(left) == 2)
}

func (d *demo) expiredToken(ctx context.Context) error {
	d.title("Two hours pass, and Alice's token of one hour with them", `sent, err := thread.SendMessageOnce(ctx, "still-here", "Still here.", nil)   // once for each key; nothing to do`)
	before := d.tokens
	d.service.Advance(2 * time.Hour)
	if _, err := d.thread.SendMessageOnce(ctx, "still-here", "Still here.", nil); err != nil {
		return err
	}
	d.say("the service refused the old token with 401; the client fetched another and sent the message again")
	return check("exactly one token was fetched", d.tokens == before+1)
}

func (d *demo) listAndDeleteThreads(ctx context.Context) error {
	d.title("List Alice's threads, and delete this one for all participants",
		`threads, err := client.ListThreads(nil).Collect(ctx, 0)`,
		`err = client.DeleteThread(ctx, threadID)`)
	threads, err := d.client.ListThreads(nil).Collect(ctx, 0)
	if err != nil {
		return err
	}
	for _, t := range threads {
		d.say("%q, last message on %s", t.Topic, t.LastMessageReceivedOn.Format(time.DateTime))
	}
	if err := d.client.DeleteThread(ctx, d.thread.ThreadID()); err != nil {
		return err
	}
	_, err = d.thread.GetProperties(ctx)
	d.say("and then: %v", err)
	return check("the thread was listed and is gone", len(threads) == 1 && errors.Is(err, chat.ErrNotFound))
}

func (d *demo) title(title string, code ...string) {
	d.chapter++
	fmt.Fprintf(d.out, "\n%2d. %s\n", d.chapter, title)
	for _, line := range code {
		fmt.Fprintf(d.out, "    > %s\n", line)
	}
}

func (d *demo) say(format string, args ...any) {
	fmt.Fprintf(d.out, "      "+format+"\n", args...)
}

// name returns the name of a user.
func (d *demo) name(id chat.Identifier) string {
	switch id {
	case d.alice:
		return "Alice"
	case d.bob:
		return "Bob"
	case d.carol:
		return "Carol"
	}
	return fmt.Sprint(id)
}

func (d *demo) text(m chat.Message) string {
	switch m.Type {
	case chat.MessageTypeTopicUpdated:
		return fmt.Sprintf("%s set the topic to %q", d.name(m.Content.Initiator), m.Content.Topic)
	case chat.MessageTypeParticipantAdded, chat.MessageTypeParticipantRemoved:
		var names []string
		for _, p := range m.Content.Participants {
			names = append(names, d.name(p.Identifier))
		}
		return d.name(m.Content.Initiator) + ": " + strings.Join(names, ", ")
	}
	return m.Content.Message
}

// check returns an error if a promise does not hold.
func check(promise string, holds bool) error {
	if !holds {
		return fmt.Errorf("expected: %s", promise)
	}
	return nil
}
