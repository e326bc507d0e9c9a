package outbox_test

import (
	"fmt"
	"net/http"
	"reflect"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/limits"
	"github.com/acschat/acs-chat-go/chat/outbox"
)

var _ = Describe("A limiter after a restart", func() {
	records(newSQLite)
	records(newPostgres)
	records(newDatabaseSQL)
})

func records[Tx any](open func() *database[Tx]) {
	It(fmt.Sprintf("counts the attempts of the last minute with %v", reflect.TypeFor[Tx]()), func(ctx SpecContext) {
		d, r := open(), newRoom(2)
		r.Fail(chattest.SendChatMessage, chattest.Fault{Status: http.StatusForbidden, Nth: 2})
		put(ctx, d, r.message(0, "sent"), r.message(0, "refused"), r.message(0, "long ago"), r.message(0, "in progress"), r.message(0, "later"))
		stop := start(ctx, newWorker(d, r, quick()))
		settled(ctx, d)
		Expect(stop()).To(Succeed())
		for _, change := range []string{
			"SET settled_at = settled_at - 60000000 WHERE key = 'long ago'",
			"SET state = 'pending', first_attempt = 1 WHERE key = 'in progress'",
			"SET state = 'pending' WHERE key = 'later'",
		} {
			Expect(outbox.Exec(ctx, d.Outbox, nil, "UPDATE chat_outbox_message "+change)).To(BeEquivalentTo(1))
		}
		limiter := limits.New(&limits.Options{Adjust: func(l limits.Limit) limits.Limit {
			l.Per *= 60 // nothing leaves a window while the spec runs
			return l
		}})
		Expect(d.RecordSent(ctx, limiter)).To(Succeed())
		left := func(thread int) (left []int) {
			budget, err := limiter.Budget(ctx, chat.LimitedRequest{Operation: "ChatThread_SendChatMessage", User: r.bot.ID, Thread: r.threads[thread]})
			Expect(err).NotTo(HaveOccurred())
			for _, a := range budget {
				left = append(left, a.Left)
			}
			return left
		}
		Expect(left(0)).To(Equal([]int{7, 27}))
		Expect(left(1)).To(Equal([]int{10, 30}))
		Expect(d.RecordSent(ctx, nil)).To(Succeed(), "without a limiter")
	})
}
