package realtime_test

import (
	"math/rand/v2"
	"net/http"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat/events"
	"github.com/acschat/acs-chat-go/chat/realtime"
)

var _ = Describe("Listener over many drops", func() {
	It("yields no event twice, and a gap for every event that it misses", func() {
		random := rand.New(rand.NewPCG(1, uint64(GinkgoRandomSeed())))
		const messages, drops = 1000, 200
		created := make(map[string]time.Time, messages)
		delivered := make(map[string]int, messages)
		var gaps []events.Gap
		bubble(func() {
			server := newServer()
			server.all(register, func(r *http.Request) (*http.Response, error) {
				time.Sleep(rand.N(time.Second)) // events come before the answer does
				return reply(202, "")(r)
			})
			l := listen(server, nil)
			done := make(chan struct{})
			go func() {
				defer GinkgoRecover()
				defer close(done)
				for event, err := range l.Events() {
					Expect(err).NotTo(HaveOccurred())
					if gap, ok := event.(events.Gap); ok {
						gaps = append(gaps, gap)
						continue
					}
					delivered[textOf(event)]++
				}
			}()

			var sentBefore []string
			for n := range messages {
				payload := message(n)
				created["message "+event(payload).Message.ID] = event(payload).Time
				server.deliver(payload)
				sentBefore = append(sentBefore, payload)
				if n%(messages/drops) == 0 {
					server.live().drop()
				}
				if random.IntN(10) == 0 { // the service repeats what it takes for lost
					server.deliver(sentBefore[max(0, len(sentBefore)-1-random.IntN(20))])
				}
				pause := time.Minute
				if random.IntN(3) > 0 {
					pause = time.Second // so that some come while the client is away
				}
				time.Sleep(time.Duration(random.Int64N(int64(pause))))
			}
			time.Sleep(2 * time.Minute)
			Expect(l.Close()).To(Succeed())
			<-done
			Expect(len(server.seen(allocate))).To(BeNumerically(">", drops*3/4))
		})
		Expect(len(delivered)).To(And(BeNumerically(">", messages/2), BeNumerically("<", messages)))
		for text, at := range created {
			switch n := delivered[text]; n {
			case 0:
				Expect(gaps).To(ContainElement(Satisfy(func(g events.Gap) bool {
					return !g.LastHeard.After(at) && !g.Time.Before(at)
				})), text+" is neither delivered nor covered")
			default:
				Expect(n).To(Equal(1), text+" is delivered more than once")
			}
		}
		AddReportEntry("drops", map[string]int{"delivered": len(delivered), "gaps": len(gaps)}, ReportEntryVisibilityFailureOrVerbose)
	})
})

// event reads a payload of a message.
func event(payload string) events.MessageReceived {
	e, err := realtime.Decode(payload)
	Expect(err).NotTo(HaveOccurred())
	return e.(events.MessageReceived)
}
