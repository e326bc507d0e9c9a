//go:build !race

// The race detector takes memory as well: what is measured here holds without it.

package feed_test

import (
	"context"
	"fmt"
	"runtime"
	"testing/synctest"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat/feed"
)

const (
	idleThreads = 10_000
	maxIdle     = 4 << 10 // bytes for one
)

// inUse is the memory of heap and stacks after a collection.
func inUse() int64 {
	var now runtime.MemStats
	for range 3 { // finalizers, pools, and stacks that shrink
		runtime.GC()
	}
	runtime.ReadMemStats(&now)
	return int64(now.HeapAlloc + now.StackInuse)
}

var _ = Describe("10,000 idle threads", Serial, func() {
	DescribeTable("hold less than 4 KB each",
		func(store func() feed.Store) {
			bubble(func() {
				service := newCanned(idleThreads, 20)
				client, err := service.client()
				Expect(err).NotTo(HaveOccurred())
				ctx, cancel := context.WithCancel(context.Background())
				lag, changes, done := &feed.Lag{}, 0, make(chan struct{})
				before := inUse()
				go func() {
					defer GinkgoRecover()
					defer close(done)
					options := &feed.Options{Store: store(), Lag: lag, CallsPerMinute: 60_000, MaxInterval: 24 * time.Hour}
					for _, err := range feed.WatchAll(ctx, client, options) {
						if err != nil {
							Expect(err).To(MatchError(context.Canceled))
							return
						}
						changes++
					}
				}()
				time.Sleep(3 * time.Hour)
				synctest.Wait()
				each := (inUse() - before) / idleThreads
				Expect(lag.Threads()).To(Equal(idleThreads))
				Expect(changes).To(Equal(20 * idleThreads))
				cancel()
				<-done
				AddReportEntry("an idle thread", fmt.Sprintf("%d bytes", each), ReportEntryVisibilityFailureOrVerbose)
				Expect(each).To(BeNumerically("<", maxIdle))
			})
		},
		Entry("without a store", func() feed.Store { return nil }),
		Entry("with a store, whose texts are in memory too", func() feed.Store { return &feed.MemoryStore{} }),
	)
})
