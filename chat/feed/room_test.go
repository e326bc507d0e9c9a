package feed_test

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"sync"
	"testing/synctest"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/events"
	"github.com/acschat/acs-chat-go/chat/feed"
)

// room is a service with a thread of two users.
type room struct {
	service      *chattest.Service
	ana, bo      chattest.User
	thread, bobs *chat.ThreadClient
}

// inRoom runs f in a bubble with a room.
func inRoom(f func(r *room)) {
	GinkgoHelper()
	inRoomOf(nil, f)
}

func inRoomOf(options *chattest.Options, f func(r *room)) {
	GinkgoHelper()
	bubble(func() {
		service, err := chattest.Open(api.Watch(options))
		Expect(err).NotTo(HaveOccurred())
		defer func() { Expect(service.Close()).To(Succeed()) }()
		users := service.NewUsers(2)
		r := &room{service: service, ana: users[0], bo: users[1]}
		created, err := service.Client(r.ana).CreateThread(context.Background(), "Plans", &chat.CreateThreadOptions{
			Participants: []chat.Participant{{Identifier: r.bo}},
		})
		Expect(err).NotTo(HaveOccurred())
		r.thread = service.Client(r.ana).ThreadClient(created.Thread.ID)
		r.bobs = service.Client(r.bo).ThreadClient(created.Thread.ID)
		time.Sleep(time.Minute)
		f(r)
	})
}

// send sends a message as Bo.
func (r *room) send(text string) (id string) {
	GinkgoHelper()
	sent, err := r.bobs.SendMessage(context.Background(), text, nil)
	Expect(err).NotTo(HaveOccurred())
	return sent.ID
}

func (r *room) edit(id, text string) {
	GinkgoHelper()
	Expect(r.bobs.UpdateMessage(context.Background(), id, chat.MessageUpdate{Content: &text})).To(Succeed())
}

func (r *room) erase(id string) {
	GinkgoHelper()
	Expect(r.bobs.DeleteMessage(context.Background(), id)).To(Succeed())
}

// lists returns how often messages were listed.
func (r *room) lists() int { return len(r.service.Requests(chattest.ListChatMessages)) }

// watcher collects the changes of a range in a goroutine.
type watcher struct {
	stop func() // ends the context of the range
	done chan struct{}

	mu      sync.Mutex // guards what follows
	changes []feed.Change
	err     error
	failed  []error // what OnError got
}

// watch ranges over Ana's view of the thread.
func (r *room) watch(options *feed.Options) *watcher {
	return collect(options, func(ctx context.Context, o *feed.Options) iter.Seq2[feed.Change, error] {
		return feed.Watch(ctx, r.thread, o)
	})
}

// watchAll ranges over all threads of Ana.
func (r *room) watchAll(options feed.Options) *watcher {
	client := r.thread.Client()
	return collect(&options, func(ctx context.Context, o *feed.Options) iter.Seq2[feed.Change, error] {
		return feed.WatchAll(ctx, client, o)
	})
}

func collect(options *feed.Options, ranged func(context.Context, *feed.Options) iter.Seq2[feed.Change, error]) *watcher {
	if options == nil {
		options = &feed.Options{}
	}
	ctx, cancel := context.WithCancel(context.Background())
	w := &watcher{stop: cancel, done: make(chan struct{})}
	o := *options
	if o.OnError == nil {
		o.OnError = func(_ string, err error) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.failed = append(w.failed, err)
		}
	}
	go func() {
		defer close(w.done)
		for change, err := range ranged(ctx, &o) {
			w.mu.Lock()
			if err != nil {
				w.err = err
			} else {
				w.changes = append(w.changes, change)
			}
			w.mu.Unlock()
		}
	}()
	return w
}

// after lets time pass, and returns what was yielded so far.
func (w *watcher) after(d time.Duration) []string {
	time.Sleep(d)
	synctest.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	return texts(w.changes)
}

// end ends the range and returns what it has yielded.
func (w *watcher) end() []feed.Change {
	GinkgoHelper()
	w.stop()
	<-w.done
	Expect(w.err).To(MatchError(context.Canceled))
	return w.changes
}

// ended waits until the range ends by itself, and returns its error.
func (w *watcher) ended() error {
	<-w.done
	w.stop()
	return w.err
}

// reported returns what OnError got so far.
func (w *watcher) reported() []error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.failed)
}

// texts shortens changes for comparison.
func texts(changes []feed.Change) (list []string) {
	for _, c := range changes {
		switch e := c.Event.(type) {
		case events.MessageReceived:
			list = append(list, e.Message.Content.Message)
		case events.MessageEdited:
			list = append(list, "edited: "+e.Message.Content.Message)
		case events.MessageDeleted:
			list = append(list, "deleted: "+e.Message.ID)
		case events.ParticipantsAdded:
			list = append(list, fmt.Sprintf("added %d", len(e.Participants)))
		case events.ParticipantsRemoved:
			list = append(list, fmt.Sprintf("removed %d", len(e.Participants)))
		case events.ThreadPropertiesUpdated:
			if c.Message != nil {
				list = append(list, "topic: "+e.Properties.Topic)
			} else {
				list = append(list, fmt.Sprintf("properties: %v %s", e.Properties.Metadata, e.Properties.Retention.Kind))
			}
		default:
			list = append(list, fmt.Sprintf("%T", c.Event))
		}
	}
	return list
}
