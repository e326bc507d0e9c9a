package main_test

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	benchmarks "github.com/acschat/acs-chat-go/chat/benchmarks"
)

var _ = Describe("Prefetching 100 pages that take as long to work on as to come", func() {
	const pages, pace = 100, 20 * time.Millisecond

	read := func(prefetch bool) (took time.Duration) {
		bubble(func() {
			slow := benchmarks.NewCanned(benchmarks.Endpoint, pages)
			slow.Latency = pace
			ours, err := benchmarks.NewOurs(benchmarks.Endpoint, slow)
			Expect(err).NotTo(HaveOccurred())
			pager := ours.Thread.ListMessages(&chat.ListMessagesOptions{PageSize: benchmarks.PageSize, Prefetch: prefetch})
			start := time.Now()
			for _, err := range pager.Pages(context.Background()) {
				Expect(err).NotTo(HaveOccurred())
				time.Sleep(pace)
			}
			took = time.Since(start)
		})
		return took
	}

	It("takes little more than half the time", func() {
		inTurn := read(false)
		Expect(inTurn).To(Equal(pages * 2 * pace))
		Expect(read(true)).To(BeNumerically("<=", inTurn*55/100))
	})
})
