package feed_test

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/feed"
)

var _ = Describe("The interval between reads", func() {
	It("is short while a thread is busy and grows to a minute when it is idle", func() {
		inRoom(func(r *room) {
			time.Sleep(24 * time.Hour)
			w := r.watch(&feed.Options{From: feed.Now})
			w.after(10 * time.Minute)
			idle := r.lists()
			Expect(idle).To(BeNumerically("~", 11, 2))

			r.send("first")
			for len(w.after(100*time.Millisecond)) < 1 {
			}
			w.after(10 * time.Second)
			before := r.lists()
			r.send("second")
			sent := time.Now()
			for len(w.after(100*time.Millisecond)) < 2 {
			}
			Expect(time.Since(sent)).To(BeNumerically("<", 3*time.Second))
			w.after(time.Minute)
			Expect(r.lists() - before).To(BeNumerically(">", 5))

			w.after(time.Hour)
			before = r.lists()
			w.after(10 * time.Minute)
			Expect(r.lists() - before).To(BeNumerically("~", 10, 1))
			w.end()
		})
	})

	DescribeTable("keeps to a share of the published limits, however much happens",
		func(share float64, aMinute int) {
			inRoomOf(&chattest.Options{EnforceLimits: true}, func(r *room) {
				w := r.watch(&feed.Options{Share: share})
				for range 30 {
					w.after(2 * time.Second)
					r.send("x")
				}
				var at []time.Time
				for _, request := range r.service.Requests(chattest.ListChatMessages) {
					at = append(at, request.At)
					Expect(request.Status).To(Equal(200))
				}
				for i := range at {
					if i >= aMinute {
						Expect(at[i].Sub(at[i-aMinute])).To(BeNumerically(">=", time.Minute))
					}
				}
				Expect(len(at)).To(BeNumerically(">", aMinute/3))
				Expect(w.reported()).To(BeEmpty())
				w.end()
			})
		},
		Entry("half by default", 0.0, 100),
		Entry("all", 1.0, 200),
		Entry("a twentieth", 0.05, 10),
	)

	It("is chosen by the option for idle threads", func() {
		inRoom(func(r *room) {
			time.Sleep(24 * time.Hour)
			w := r.watch(&feed.Options{From: feed.Now, MaxInterval: 5 * time.Second})
			w.after(10 * time.Minute)
			Expect(r.lists()).To(BeNumerically("~", 121, 2))
			w.end()
		})
	})
})
