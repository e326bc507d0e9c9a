package pipeline_test

import (
	"math"
	"net/http"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat/internal/pipeline"
)

var _ = Describe("RetryAfter", func() {
	headers := func(namesAndValues ...string) http.Header {
		h := http.Header{}
		for i := 0; i < len(namesAndValues); i += 2 {
			h.Set(namesAndValues[i], namesAndValues[i+1])
		}
		return h
	}

	DescribeTable("returns the delay that the service requests",
		func(want time.Duration, namesAndValues ...string) {
			Expect(pipeline.RetryAfter(headers(namesAndValues...))).To(Equal(want))
		},
		Entry("in seconds", 7*time.Second, "Retry-After", "7"),
		Entry("in milliseconds", 250*time.Millisecond, "retry-after-ms", "250"),
		Entry("in milliseconds, by the other name", 250*time.Millisecond, "x-ms-retry-after-ms", "250"),
		Entry("in the unit of highest precision, if there are several", 1*time.Millisecond, "Retry-After", "3", "x-ms-retry-after-ms", "2", "retry-after-ms", "1"),
		Entry("in the first of the other units, if that is missing", 2*time.Millisecond, "Retry-After", "3", "x-ms-retry-after-ms", "2"),
		Entry("in seconds, if the others are not positive numbers", 3*time.Second, "Retry-After", "3", "retry-after-ms", "0", "x-ms-retry-after-ms", "soon"),
		Entry("of more seconds than fit in 32 bits", 5_000_000_000*time.Second, "Retry-After", "5000000000"),
		Entry("of more seconds than a duration can represent, as the longest duration", math.MaxInt64/time.Second*time.Second, "Retry-After", "99999999999999"),
		Entry("of more milliseconds than a duration can represent, as the longest duration", math.MaxInt64/time.Millisecond*time.Millisecond, "retry-after-ms", "99999999999999999999"),
	)

	DescribeTable("returns 0",
		func(namesAndValues ...string) {
			Expect(pipeline.RetryAfter(headers(namesAndValues...))).To(BeZero())
		},
		Entry("without a header"),
		Entry("for no delay", "Retry-After", "0"),
		Entry("for a negative delay", "Retry-After", "-5"),
		Entry("for a negative delay in milliseconds", "retry-after-ms", "-5"),
		Entry("for a fraction", "Retry-After", "1.5"),
		Entry("for a word", "Retry-After", "soon"),
		Entry("for an empty header", "Retry-After", ""),
		Entry("for a date that has passed", "Retry-After", "Fri, 31 Dec 1999 23:59:59 GMT"),
	)

	It("returns the time until a date", func() {
		bubble(func() {
			for _, layout := range []string{http.TimeFormat, time.RFC850, time.ANSIC} {
				on := time.Now().UTC().Add(90 * time.Second)
				Expect(pipeline.RetryAfter(headers("Retry-After", on.Format(layout)))).To(Equal(90*time.Second), layout)
			}
		})
	})
})
