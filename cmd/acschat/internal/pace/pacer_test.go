package pace_test

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/cmd/acschat/internal/pace"
)

var _ = Describe("Pacer", func() {
	start := time.Date(2026, time.May, 4, 9, 0, 0, 0, time.UTC)

	// drive sends n requests as soon as the pacer permits them, and returns when each was sent.
	drive := func(p *pace.Pacer, n int) []time.Duration {
		now, times := start, []time.Duration{}
		for range n {
			now = now.Add(p.Delay(now))
			p.Sent(now)
			times = append(times, now.Sub(start))
		}
		return times
	}

	Context("with the limits of sending: ten in ten seconds and thirty a minute", func() {
		limits := []pace.Limit{{Count: 10, Per: 10 * time.Second}, {Count: 30, Per: time.Minute}}

		It("sends the first ten at once", func() {
			Expect(drive(pace.New(limits...), 10)).To(HaveEach(time.Duration(0)))
		})

		It("spreads the others so that no window exceeds its limit", func() {
			times := drive(pace.New(limits...), 200)
			for i := range times {
				for _, l := range limits {
					if i >= l.Count {
						Expect(times[i]-times[i-l.Count]).To(BeNumerically(">=", l.Per), "request %d", i)
					}
				}
			}
		})

		It("sends a hundred as early as the limits permit", func() {
			times := drive(pace.New(limits...), 100)
			Expect(times[29]).To(Equal(20 * time.Second))
			Expect(times[30]).To(Equal(time.Minute))
			Expect(times[99]).To(Equal(3 * time.Minute))
		})

		It("estimates the time they need", func() {
			p := pace.New(limits...)
			for sent, at := range drive(pace.New(limits...), 100) {
				Expect(p.Left(start.Add(at), 100-sent)).To(Equal(3*time.Minute-at), "after %d", sent)
				p.Sent(start.Add(at))
			}
			Expect(p.Left(start.Add(time.Hour), 0)).To(BeZero())
		})

		It("sends at once again after a pause", func() {
			p := pace.New(limits...)
			drive(p, 30)
			Expect(p.Delay(start.Add(20 * time.Second))).To(Equal(40 * time.Second))
			Expect(p.Delay(start.Add(80 * time.Second))).To(BeZero())
		})
	})

	Context("if the service throttles a request", func() {
		It("waits as long as the service asks", func() {
			p := pace.New()
			p.Throttled(start, 7*time.Second)
			Expect(p.Delay(start.Add(2 * time.Second))).To(Equal(5 * time.Second))
			Expect(p.Left(start, 3)).To(Equal(7 * time.Second))
		})

		It("backs off up to a minute without Retry-After", func() {
			p := pace.New()
			for _, seconds := range []int{5, 10, 20, 40, 60, 60} {
				p.Throttled(start, 0)
				Expect(p.Delay(start)).To(Equal(time.Duration(seconds) * time.Second))
			}
		})

		It("resets the backoff after a success", func() {
			p := pace.New()
			p.Throttled(start, 0)
			p.Throttled(start, 0)
			p.Sent(start.Add(time.Minute))
			p.Throttled(start.Add(time.Minute), 0)
			Expect(p.Delay(start.Add(time.Minute))).To(Equal(5 * time.Second))
		})

		It("counts the request", func() {
			p := pace.New(pace.Limit{Count: 2, Per: 10 * time.Second})
			p.Throttled(start, time.Second)
			p.Sent(start.Add(time.Second))
			Expect(p.Delay(start.Add(time.Second))).To(Equal(9 * time.Second))
		})
	})

	It("does not wait without limits", func() {
		Expect(drive(pace.New(), 1000)).To(HaveEach(time.Duration(0)))
		Expect(pace.New().Left(start, 1000)).To(BeZero())
	})
})
