//go:build !race

// The race detector allocates as well: what is counted here holds without it.

package main_test

import (
	"context"
	"fmt"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	benchmarks "github.com/acschat/acs-chat-go/chat/benchmarks"
)

// The limits are the counts of today plus two, or twenty for the listing, since a garbage collection empties the pools. A change
// that needs more must have a reason; one that needs less lowers the limit. The transport is not net/http's, and therefore gets a
// deep copy of each request.
var _ = DescribeTable("A call allocates no more than it did", Serial,
	func(limit int, call func(context.Context, benchmarks.Ours) error) {
		ours := oursOver(1)
		Expect(call(context.Background(), ours)).To(Succeed())
		Expect(testing.AllocsPerRun(100, func() { _ = call(context.Background(), ours) })).To(BeNumerically("<=", limit))
	},
	Entry("to send a message", 102, func(ctx context.Context, ours benchmarks.Ours) error {
		_, err := ours.Send(ctx)
		return err
	}),
	Entry("to read a message", 86, func(ctx context.Context, ours benchmarks.Ours) error {
		_, err := ours.Get(ctx)
		return err
	}),
	Entry("to list a page of 200 messages", 2270, func(ctx context.Context, ours benchmarks.Ours) error {
		_, err := ours.List(ctx, nil)
		return err
	}),
)

var _ = Describe("TokenCredential", Serial, func() {
	It("allocates nothing to read a valid token", func() {
		credential, err := chat.NewStaticTokenCredential(chat.AccessToken{Token: benchmarks.Token})
		Expect(err).NotTo(HaveOccurred())
		renewed, err := chat.NewTokenCredential(func(context.Context) (chat.AccessToken, error) {
			return chat.AccessToken{Token: benchmarks.Token}, nil
		}, nil)
		Expect(err).NotTo(HaveOccurred())
		for _, c := range []*chat.TokenCredential{credential, renewed} {
			Expect(testing.AllocsPerRun(100, func() { _, _ = c.Token(context.Background()) })).To(BeZero())
		}
	})
})

var _ = Describe("Pager", Serial, func() {
	It("grows the heap by less than 16 MiB to range over 200,000 messages", func() {
		const pages = 1000
		ours := oursOver(pages)
		before, most, n := heap(), uint64(0), 0
		for _, err := range ours.Thread.ListMessages(&chat.ListMessagesOptions{PageSize: benchmarks.PageSize}).All(context.Background()) {
			Expect(err).NotTo(HaveOccurred())
			if n++; n%benchmarks.PageSize == 0 {
				var now runtime.MemStats
				runtime.ReadMemStats(&now)
				most = max(most, now.HeapAlloc)
			}
		}
		Expect(n).To(Equal(200_000))
		Expect(most).To(BeNumerically("<", before+16<<20))
	})

	It("needs no more for a page however many have been read before", func() {
		const stretch = 50
		ours := oursOver(10 * stretch)
		var bytes []uint64
		for page, err := range ours.Thread.ListMessages(&chat.ListMessagesOptions{PageSize: benchmarks.PageSize}).Pages(context.Background()) {
			Expect(err).NotTo(HaveOccurred())
			Expect(page.Items).To(HaveLen(benchmarks.PageSize))
			var now runtime.MemStats
			runtime.ReadMemStats(&now)
			bytes = append(bytes, now.TotalAlloc)
		}
		first, last := bytes[2*stretch]-bytes[stretch], bytes[10*stretch-1]-bytes[9*stretch-1]
		Expect(last).To(BeNumerically("<=", first+first/20)) // a collection that empties the pools falls into one of them
	})
})

var _ = Describe("Client", Serial, func() {
	It("holds less than 200 bytes for each of 10,000 thread clients", func() {
		credential, err := chat.NewStaticTokenCredential(chat.AccessToken{Token: benchmarks.Token})
		Expect(err).NotTo(HaveOccurred())
		client, err := chat.NewClient(benchmarks.Endpoint, credential, nil)
		Expect(err).NotTo(HaveOccurred())
		ids := make([]string, 10_000)
		for i := range ids {
			ids[i] = "19:acsV1_" + strconv.Itoa(i) + "@thread.v2"
		}
		threads := make([]*chat.ThreadClient, 0, len(ids))

		grown := growth(func() {
			for _, id := range ids {
				threads = append(threads, client.ThreadClient(id))
			}
		})
		Expect(grown).To(BeNumerically("<", 200*len(ids)))
		Expect(threads[9_999].ThreadID()).To(Equal("19:acsV1_9999@thread.v2"))
	})
})

var _ = Describe("Fleet", Serial, func() {
	It("holds less than 2 KB for each of 10,000 idle users, and no goroutine", func(ctx SpecContext) {
		const users = 10_000
		// Tokens are as long as the service's.
		issue := func(_ context.Context, user chat.CommunicationUser) (chat.AccessToken, error) {
			return chat.AccessToken{Token: strings.Repeat("x", 744-len(user.ID)) + user.ID, ExpiresOn: time.Now().Add(24 * time.Hour)}, nil
		}
		fleet, err := chat.NewFleet(benchmarks.Endpoint, issue, &chat.FleetOptions{ClientOptions: chat.ClientOptions{
			ClientOptions: azcore.ClientOptions{Transport: noContent{}},
		}})
		Expect(err).NotTo(HaveOccurred())
		people := make([]chat.CommunicationUser, users)
		for i := range people {
			people[i].ID = fmt.Sprintf("8:acs:5b0c2f6e-7a41-4d39-9c58-0e1f2a3b4c5d_0000002a-e8e1-3698-a1b2-%012d", i)
		}
		clients := make([]*chat.Client, 0, users)
		call := func(user chat.CommunicationUser) *chat.Client {
			client := fleet.As(user)
			Expect(client.DeleteThread(ctx, "19:thread@thread.v2")).To(Succeed())
			return client
		}
		call(people[0]) // what is made once is made now

		goroutines := runtime.NumGoroutine()
		grown := growth(func() {
			for _, user := range people {
				clients = append(clients, call(user))
			}
		})
		AddReportEntry("bytes for an idle user", grown/users)
		Expect(grown).To(BeNumerically("<", 2048*users))
		Eventually(runtime.NumGoroutine).Should(BeNumerically("<=", goroutines), "after the mints have ended")
		runtime.KeepAlive(clients)
		runtime.KeepAlive(fleet)
	})
})

func oursOver(pages int) benchmarks.Ours {
	GinkgoHelper()
	ours, err := benchmarks.NewOurs(benchmarks.Endpoint, benchmarks.NewCanned(benchmarks.Endpoint, pages))
	Expect(err).NotTo(HaveOccurred())
	return ours
}

// noContent answers each request with 204 and keeps nothing of it.
type noContent struct{}

func (noContent) Do(req *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusNoContent, Header: http.Header{}, Body: http.NoBody, Request: req}, nil
}

// growth is how much more of the heap is in use after f.
func growth(f func()) int {
	before := heap()
	f()
	return int(heap()) - int(before)
}

// heap is what is in use, without what is only not yet collected.
func heap() uint64 {
	runtime.GC()
	var now runtime.MemStats
	runtime.ReadMemStats(&now)
	return now.HeapAlloc
}
