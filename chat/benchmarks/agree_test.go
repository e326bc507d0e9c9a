package main_test

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	benchmarks "github.com/acschat/acs-chat-go/chat/benchmarks"
)

var _ = Describe("Agree", func() {
	It("accepts a client that returns the data of the service", func(ctx SpecContext) {
		Expect(benchmarks.Agree(ctx, honest{})).To(Succeed())
	})

	DescribeTable("refuses a client that returns other data",
		func(ctx SpecContext, c benchmarks.Client, what string) {
			Expect(benchmarks.Agree(ctx, c)).To(MatchError(ContainSubstring(what)))
		},
		Entry("of a message sent", forgetful{}, "the id of the message sent"),
		Entry("of one message", careless{}, "the message is"),
		Entry("of a listing", hasty{}, "999 messages are listed"),
		Entry("of a message in a listing", confused{}, "message 200 of the listing"),
	)
})

// honest returns the data of the service.
type honest struct{}

func (honest) Send(context.Context) (string, error) { return "1762161601337", nil }

func (honest) Get(context.Context) (benchmarks.Record, error) { return benchmarks.Said()[6], nil }

func (honest) List(_ context.Context, visit func(benchmarks.Record)) (int, error) {
	for range 5 {
		for _, r := range benchmarks.Said() {
			visit(r)
		}
	}
	return 5 * benchmarks.PageSize, nil
}

type forgetful struct{ honest }

func (forgetful) Send(context.Context) (string, error) { return "", nil }

type careless struct{ honest }

func (careless) Get(ctx context.Context) (benchmarks.Record, error) {
	r, err := honest{}.Get(ctx)
	r.Sender = ""
	return r, err
}

type hasty struct{ honest }

func (hasty) List(ctx context.Context, visit func(benchmarks.Record)) (int, error) {
	n, err := honest{}.List(ctx, visit)
	return n - 1, err
}

type confused struct{ honest }

func (confused) List(ctx context.Context, visit func(benchmarks.Record)) (int, error) {
	n := 0
	return honest{}.List(ctx, func(r benchmarks.Record) {
		if n++; n == 201 {
			r.Metadata = map[string]string{"tags": "another"}
		}
		visit(r)
	})
}
