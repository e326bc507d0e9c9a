package feed_test

import (
	"context"
	"net/http"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/events"
	"github.com/acschat/acs-chat-go/chat/feed"
	"github.com/acschat/acs-chat-go/chat/realtime"
)

// listen opens the live connection of Ana.
func (r *room) listen() *realtime.Listener {
	GinkgoHelper()
	listener, err := realtime.Listen(context.Background(), r.thread.Client(), nil)
	Expect(err).NotTo(HaveOccurred())
	return listener
}

var _ = Describe("A live source", func() {
	ctx := context.Background()

	It("that is a listener makes a change arrive at once, and costs no reads without one", func() {
		inRoom(func(r *room) {
			listener := r.listen()
			defer listener.Close()
			w := r.watch(&feed.Options{Listener: listener})
			w.after(24 * time.Hour)
			before := r.lists()
			w.after(10 * time.Minute)
			Expect(r.lists() - before).To(BeNumerically("~", 10, 1))
			id := r.send("hello")
			Expect(w.after(700 * time.Millisecond)[2:]).To(Equal([]string{"hello"}))
			r.edit(id, "hello, all")
			Expect(w.after(700 * time.Millisecond)[3:]).To(Equal([]string{"edited: hello, all"}))
			Expect(r.bobs.UpdateProperties(ctx, chat.PropertiesUpdate{Metadata: map[string]string{"k": "v"}})).To(Succeed())
			Expect(w.after(700 * time.Millisecond)[4:]).To(Equal([]string{"properties: map[k:v] none"}))
			w.end()
			Expect(listener.State()).To(Equal(realtime.StateListening))
		})
	})

	It("that loses an event costs a minute, and nothing else", func() {
		inRoom(func(r *room) {
			listener := r.listen()
			defer listener.Close()
			w := r.watch(&feed.Options{Listener: listener, From: feed.Now})
			w.after(time.Hour)
			r.service.Fail(chattest.DeliverEvent, chattest.Fault{})
			r.send("lost")
			Expect(w.after(61 * time.Second)).To(Equal([]string{"lost"}))
			w.end()
		})
	})

	It("that repeats and reorders events causes no repeated change", func() {
		inRoom(func(r *room) {
			listener := r.listen()
			defer listener.Close()
			w := r.watch(&feed.Options{Listener: listener, From: feed.Now})
			r.service.Fail(chattest.DeliverEvent, chattest.Fault{Every: 2, DuplicateEvent: true})
			r.service.Fail(chattest.DeliverEvent, chattest.Fault{Every: 3, ReorderEvent: true})
			w.after(time.Second)
			for _, text := range []string{"a", "b", "c", "d", "e", "f"} {
				r.send(text)
				time.Sleep(200 * time.Millisecond)
			}
			Expect(w.after(2 * time.Minute)).To(Equal([]string{"a", "b", "c", "d", "e", "f"}))
			w.end()
		})
	})

	It("that reconnects causes a read", func() {
		inRoom(func(r *room) {
			listener := r.listen()
			defer listener.Close()
			w := r.watch(&feed.Options{Listener: listener, From: feed.Now, MaxInterval: time.Hour})
			w.after(24 * time.Hour)
			r.service.DropConnections(r.ana)
			r.send("missed")
			Expect(w.after(time.Minute)).To(Equal([]string{"missed"}))
			w.end()
		})
	})

	It("that gives up is reported, and the thread is polled as without one", func() {
		inRoom(func(r *room) {
			listener := r.listen()
			w := r.watch(&feed.Options{Listener: listener, From: feed.Now})
			w.after(time.Minute)
			Expect(listener.Close()).To(Succeed())
			r.send("polled")
			Expect(w.after(time.Minute)).To(Equal([]string{"polled"}))
			Expect(w.reported()).To(HaveExactElements(MatchError(chat.ErrClosed)))
			w.end()
		})
	})

	It("that is a channel of events is received from without delay, until it is closed", func() {
		inRoom(func(r *room) {
			channel := make(chan events.Event)
			w := r.watch(&feed.Options{Events: channel, From: feed.Now})
			w.after(time.Hour)
			header := func(id string) events.Header {
				return events.Header{ThreadID: r.thread.ThreadID(), Version: id}
			}
			id := r.send("announced")
			channel <- events.MessageReceived{Header: header(id)}
			Expect(w.after(time.Second)).To(Equal([]string{"announced"}))
			before := r.lists()
			for range 100 {
				channel <- events.MessageReceived{Header: header(id)} // known
				channel <- events.TypingIndicatorReceived{Header: header(id)}
				channel <- events.MessageReceived{Header: events.Header{ThreadID: "19:other@thread.v2"}}
				channel <- nil
			}
			w.after(time.Second)
			Expect(r.lists()).To(Equal(before))
			channel <- events.Gap{}
			w.after(time.Second)
			Expect(r.lists()).To(Equal(before + 1))
			close(channel)
			r.send("polled")
			Expect(w.after(time.Minute)).To(Equal([]string{"announced", "polled"}))
			w.end()
		})
	})

	It("that is ahead of the listing makes the thread be read again soon", func() {
		inRoom(func(r *room) {
			late := r.late()
			channel := make(chan events.Event)
			w := r.watch(&feed.Options{Events: channel, From: feed.Now})
			w.after(time.Hour)
			id := r.send("announced early")
			late.hide(id, 3*time.Second)
			channel <- events.MessageReceived{Header: events.Header{ThreadID: r.thread.ThreadID(), Version: id}}
			Expect(w.after(2 * time.Second)).To(BeEmpty())
			Expect(w.after(2 * time.Second)).To(Equal([]string{"announced early"}))
			w.end()
		})
	})

	It("that announces properties while they are read causes another read, and never yields older ones after newer ones", func() {
		inRoom(func(r *room) {
			channel := make(chan events.Event)
			w := r.watch(&feed.Options{Events: channel, From: feed.Now})
			w.after(time.Hour)
			update := func(value string) {
				Expect(r.bobs.UpdateProperties(ctx, chat.PropertiesUpdate{Metadata: map[string]string{"k": value}})).To(Succeed())
				channel <- events.ThreadPropertiesUpdated{Header: events.Header{ThreadID: r.thread.ThreadID()}}
			}
			r.service.Fail(chattest.GetChatThreadProperties, chattest.Fault{Delay: 10 * time.Second})
			update("older")
			time.Sleep(3 * time.Second)
			update("newer")
			Expect(w.after(30 * time.Second)).To(Equal([]string{"properties: map[k:older] none", "properties: map[k:newer] none"}))
			w.end()
		})
	})

	It("does not shorten the delay after a failed call", func() {
		inRoom(func(r *room) {
			channel := make(chan events.Event)
			w := r.watch(&feed.Options{Events: channel, From: feed.Now})
			w.after(time.Hour)
			for _, operation := range []chattest.Operation{chattest.GetChatThreadProperties, chattest.ListChatMessages} {
				r.service.Fail(operation, chattest.Fault{Every: 1, Status: http.StatusServiceUnavailable, RetryAfter: 2 * time.Minute})
			}
			before := len(r.service.Requests())
			for range 100 {
				channel <- events.ThreadPropertiesUpdated{Header: events.Header{ThreadID: r.thread.ThreadID()}}
				channel <- events.Gap{}
				time.Sleep(time.Second)
			}
			Expect(len(r.service.Requests()) - before).To(Equal(2))
			w.end()
		})
	})
})
