package chat_test

import (
	"context"
	"net/http"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
)

// All of it is in bubbles, which fail when a goroutine is left.
var _ = Describe("Prefetching", func() {
	var tenPages [][]string
	for range 10 {
		tenPages = append(tenPages, []string{"x"})
	}
	const latency = 100 * time.Millisecond
	slowly := func(next answer) answer {
		return func(req *http.Request) (*http.Response, error) {
			select {
			case <-time.After(latency):
				return next(req)
			case <-req.Context().Done():
				return nil, req.Context().Err()
			}
		}
	}
	list := func(prefetch bool, answers ...answer) (*chat.Pager[chat.ThreadItem], *scripted) {
		client, wire := clientOf(answers...)
		return client.ListThreads(&chat.ListThreadsOptions{Prefetch: prefetch}), wire
	}

	DescribeTable("ten pages of 100 ms, with 100 ms of work on each, take", func(prefetch bool, wanted time.Duration) {
		bubble(func() {
			pager, wire := list(prefetch, slowly(paged(tenPages...)))
			started := time.Now()
			for _, err := range pager.Pages(context.Background()) {
				Expect(err).NotTo(HaveOccurred())
				time.Sleep(latency)
			}
			Expect(time.Since(started)).To(Equal(wanted))
			Expect(wire.Requests()).To(HaveLen(10))
		})
	},
		Entry("2 s without it", false, 20*latency),
		Entry("1.1 s with it", true, 11*latency),
	)

	It("requests one page ahead", func() {
		bubble(func() {
			pager, wire := list(true, paged(tenPages...))
			pages := 0
			for _, err := range pager.Pages(context.Background()) {
				Expect(err).NotTo(HaveOccurred())
				pages++
				time.Sleep(time.Second)
				Expect(wire.Requests()).To(HaveLen(min(pages+1, 10)))
			}
			Expect(pages).To(Equal(10))
		})
	})

	It("ends when the loop is left", func() {
		bubble(func() {
			pager, wire := list(true, slowly(paged(tenPages...)))
			started := time.Now()
			for _, err := range pager.All(context.Background()) {
				Expect(err).NotTo(HaveOccurred())
				time.Sleep(latency / 2) // the next page is on its way
				break
			}
			Expect(time.Since(started)).To(Equal(latency + latency/2))
			Expect(wire.Requests()).To(HaveLen(2))
		})
	})

	It("ends when the loop panics", func() {
		bubble(func() {
			pager, _ := list(true, paged(tenPages...))
			Expect(func() {
				for _, err := range pager.All(context.Background()) {
					Expect(err).NotTo(HaveOccurred())
					panic("in the loop")
				}
			}).To(PanicWith("in the loop"))
		})
	})

	It("yields an error after the page before it, once", func() {
		bubble(func() {
			pager, wire := list(true, paged(tenPages...), reply(403, ""))
			var errs []error
			for _, err := range pager.Pages(context.Background()) {
				errs = append(errs, err)
				time.Sleep(time.Second)
			}
			Expect(errs).To(HaveExactElements(BeNil(), MatchError(chat.ErrForbidden)))
			Expect(wire.Requests()).To(HaveLen(2))
		})
	})

	It("ends immediately with the context", func() {
		bubble(func() {
			pager, _ := list(true, paged(tenPages...), hang)
			ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
			defer cancel()
			started := time.Now()
			var last error
			for _, err := range pager.Pages(ctx) {
				last = err
			}
			Expect(last).To(MatchError(context.DeadlineExceeded))
			Expect(time.Since(started)).To(Equal(3 * time.Second))
		})
	})
})
