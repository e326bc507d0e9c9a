package limits_test

import (
	"net/http"
	"testing"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/limits"
)

// BenchmarkWait measures a request that does not wait, and its answer.
func BenchmarkWait(b *testing.B) {
	most := func(limit limits.Limit) limits.Limit {
		limit.Most, limit.Per = 1000, 1
		return limit
	}
	b.Run("sending", func(b *testing.B) {
		l := limits.New(&limits.Options{Adjust: most})
		b.ReportAllocs()
		for b.Loop() {
			answered, err := l.Wait(b.Context(), send)
			if err != nil {
				b.Fatal(err)
			}
			answered(http.StatusCreated, 0)
		}
	})
	b.Run("typing, with four windows", func(b *testing.B) {
		l := limits.New(&limits.Options{Adjust: most})
		b.ReportAllocs()
		for b.Loop() {
			answered, err := l.Wait(b.Context(), typing)
			if err != nil {
				b.Fatal(err)
			}
			answered(http.StatusOK, 0)
		}
	})
	b.Run("without limits", func(b *testing.B) {
		l := limits.New(nil)
		b.ReportAllocs()
		for b.Loop() {
			answered, err := l.Wait(b.Context(), chat.LimitedRequest{Operation: "TeamsExtensionAssignment_Get"})
			if err != nil {
				b.Fatal(err)
			}
			answered(http.StatusOK, 0)
		}
	})
}
