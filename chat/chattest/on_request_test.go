package chattest_test

import (
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat/chattest"
)

var _ = Describe("OnRequest", func() {
	It("is called with each request before it is answered", func() {
		var (
			mu   sync.Mutex
			told []chattest.Request
		)
		s := chattest.NewServer(GinkgoTB(), api.Watch(&chattest.Options{OnRequest: func(q chattest.Request) {
			mu.Lock()
			defer mu.Unlock()
			told = append(told, q)
		}}))
		everybody := newPeople(s.Service, 4)
		var wg sync.WaitGroup
		for _, p := range everybody {
			wg.Go(func() {
				defer GinkgoRecover()
				p.mustGet("/chat/threads")
				p.get("/elsewhere").must(404)
			})
		}
		wg.Wait()
		Expect(told).To(HaveLen(8))
		Expect(told).To(ConsistOf(s.Requests()))
	})
})
