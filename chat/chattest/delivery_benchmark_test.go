package chattest_test

import (
	"fmt"
	"io"
	"net/http"
	"testing"

	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/events"
)

// BenchmarkDeliver is a message and the delivery of its event to a handler that does nothing, one request at a time and sixteen.
func BenchmarkDeliver(b *testing.B) {
	consent := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("WebHook-Allowed-Origin", "*")
		w.Header().Set("WebHook-Allowed-Rate", "*")
	})
	for _, concurrency := range []int{1, 16} {
		for _, path := range []string{"", "synced"} {
			b.Run(fmt.Sprintf("file=%s/concurrency=%d", path, concurrency), func(b *testing.B) {
				options := &chattest.Options{}
				if path != "" {
					options.Path = b.TempDir() + "/chat.db"
				}
				t := newBenchThread(b, options)
				t.s.DeliverEvents(consent, &chattest.SubscriptionOptions{
					Schema: events.SchemaCloudEvents, Concurrency: concurrency, EventTypes: []string{received},
				})
				b.ResetTimer()
				t.send(b, 16, b.N)
				if err := t.s.WaitForDeliveries(b.Context()); err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "deliveries/s")
			})
		}
	}
}
