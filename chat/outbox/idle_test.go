package outbox_test

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat/outbox"
)

var _ = Describe("A process that stands still in a transaction on Postgres", func() {
	// The machine of a process can be gone without a sign for Postgres.
	It("blocks neither a thread, nor those who enqueue for it, for longer than seconds", func(ctx SpecContext) {
		d, r := newPostgres(), newRoom(1)
		held, goOn, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
		DeferCleanup(func() { close(goOn) })
		put(ctx, d, r.message(0, "a"))
		go func() {
			ended <- outbox.HoldThread(context.WithoutCancel(ctx), d.Outbox, r.threads[0], func() {
				close(held)
				<-goOn
			})
		}()
		Eventually(held).Should(BeClosed())
		stop := start(ctx, newWorker(openPostgres(d.source), r, quick()))
		put(ctx, openPostgres(d.source), r.message(0, "b"))
		settled(ctx, d)
		Expect(stop()).To(Succeed())
		Expect(r.texts(0)).To(Equal([]string{"a", "b"}))
	}, NodeTimeout(time.Minute))
})
