package feed_test

import (
	"context"
	"testing"

	"github.com/acschat/acs-chat-go/chat/feed"
)

// BenchmarkChange measures the time of a change, all of it CPU: a page of 200 messages is decoded, ordered and yielded with its cursors.
func BenchmarkChange(b *testing.B) {
	b.Run("without a store", func(b *testing.B) { benchmarkChange(b, func() feed.Store { return nil }) })
	b.Run("with a store", func(b *testing.B) { benchmarkChange(b, func() feed.Store { return &feed.MemoryStore{} }) })
}

func benchmarkChange(b *testing.B, store func() feed.Store) {
	const messages = 200
	service := newCanned(1, messages)
	client, err := service.client()
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	changes := 0
	for b.Loop() {
		left := messages
		for _, err := range feed.Watch(context.Background(), client.ThreadClient(service.threadID(1)), &feed.Options{Store: store()}) {
			if err != nil {
				b.Fatal(err)
			}
			changes++
			if left--; left == 0 {
				break
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(changes), "ns/change")
}
