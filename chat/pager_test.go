package chat_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/api"
	"github.com/acschat/acs-chat-go/chat"
)

// paged serves a listing of threads, a list of ids per page, linked by number. It must not change while it is served.
func paged(pages ...[]string) answer {
	return func(req *http.Request) (*http.Response, error) {
		n, _ := strconv.Atoi(req.URL.Query().Get("syncState"))
		body := `{"value":[`
		for i, id := range pages[n] {
			body += strings.Repeat(",", min(i, 1)) + fmt.Sprintf(`{"id":%q,"topic":""}`, id)
		}
		body += "]"
		if n+1 < len(pages) {
			body += fmt.Sprintf(`,"nextLink":"%s/chat/threads?syncState=%d&api-version=%s"`, testEndpoint, n+1, apiVersion)
		}
		return reply(200, body+"}")(req)
	}
}

// circle serves a listing whose links come back to the first after n pages.
func circle(n int) answer {
	return func(req *http.Request) (*http.Response, error) {
		at, _ := strconv.Atoi(req.URL.Query().Get("syncState"))
		return reply(200, fmt.Sprintf(`{"value":[{"id":"x","topic":""}],"nextLink":"/chat/threads?syncState=%d&api-version=2025-03-15"}`, at%n+1))(req)
	}
}

func ids(threads []chat.ThreadItem) []string {
	var list []string
	for _, t := range threads {
		list = append(list, t.ID)
	}
	return list
}

var threePages = paged([]string{"a", "b"}, []string{"c", "d"}, []string{"e"})

var _ = Describe("Pager", func() {
	It("sends no request before it is ranged over", func(ctx SpecContext) {
		client, wire := clientOf(threePages)
		pager := client.ListThreads(&chat.ListThreadsOptions{Prefetch: true})
		pages := pager.Pages(ctx)
		items := pager.All(ctx)
		Expect(wire.Requests()).To(BeEmpty())
		for _, err := range items {
			Expect(err).NotTo(HaveOccurred())
			break
		}
		for _, err := range pages {
			Expect(err).NotTo(HaveOccurred())
			break
		}
		Expect(wire.Requests()).NotTo(BeEmpty())
	})

	for _, prefetch := range []bool{false, true} {
		Context(fmt.Sprintf("with prefetch %t", prefetch), func() {
			list := func(answers ...answer) (*chat.Pager[chat.ThreadItem], *scripted) {
				client, wire := clientOf(answers...)
				return client.ListThreads(&chat.ListThreadsOptions{Prefetch: prefetch}), wire
			}

			It("yields the items of all pages in order", func(ctx SpecContext) {
				pager, wire := list(threePages)
				var seen []string
				for thread, err := range pager.All(ctx) {
					Expect(err).NotTo(HaveOccurred())
					seen = append(seen, thread.ID)
				}
				Expect(seen).To(Equal([]string{"a", "b", "c", "d", "e"}))
				Expect(wire.Requests()).To(HaveLen(3))
			})

			It("yields the pages, each with its token, and marks the last", func(ctx SpecContext) {
				pager, _ := list(threePages)
				var sizes []int
				var tokens []string
				var last []bool
				for page, err := range pager.Pages(ctx) {
					Expect(err).NotTo(HaveOccurred())
					sizes, tokens, last = append(sizes, len(page.Items)), append(tokens, page.ContinuationToken), append(last, page.Last)
				}
				Expect(sizes).To(Equal([]int{2, 2, 1}))
				Expect(tokens).To(Equal([]string{
					"/chat/threads?syncState=1&api-version=" + apiVersion, "/chat/threads?syncState=2&api-version=" + apiVersion, "",
				}))
				Expect(last).To(Equal([]bool{false, false, true}))
			})

			DescribeTable("collects", func(ctx SpecContext, limit int, wanted []string, requests int) {
				pager, wire := list(threePages)
				threads, err := pager.Collect(ctx, limit)
				Expect(err).NotTo(HaveOccurred())
				Expect(ids(threads)).To(Equal(wanted))
				Expect(wire.Requests()).To(HaveLen(requests), "no page that is not needed")
			},
				Entry("all", 0, []string{"a", "b", "c", "d", "e"}, 3), Entry("all", -1, []string{"a", "b", "c", "d", "e"}, 3),
				Entry("one", 1, []string{"a"}, 1), Entry("a page", 2, []string{"a", "b"}, 1), Entry("one of the next", 3, []string{"a", "b", "c"}, 2),
				Entry("all except one", 4, []string{"a", "b", "c", "d"}, 2), Entry("more than there are", 9, []string{"a", "b", "c", "d", "e"}, 3),
			)

			It("returns nil for a list without items", func(ctx SpecContext) {
				pager, _ := list(paged(nil))
				Expect(pager.Collect(ctx, 0)).To(BeNil())
			})

			It("continues after empty pages", func(ctx SpecContext) {
				pager, wire := list(paged(nil, nil, []string{"a"}, nil, []string{"b"}, nil))
				threads, err := pager.Collect(ctx, 0)
				Expect(err).NotTo(HaveOccurred())
				Expect(ids(threads)).To(Equal([]string{"a", "b"}))
				Expect(wire.Requests()).To(HaveLen(6))
			})

			DescribeTable("ends at a page", api.OtherResponses(), func(ctx SpecContext, body string) {
				pager, wire := list(reply(200, body))
				Expect(pager.Collect(ctx, 0)).Error().NotTo(HaveOccurred())
				Expect(wire.Requests()).To(HaveLen(1))
			},
				Entry("without a link", `{"value":[]}`), Entry("with a null link", `{"value":[{"id":"a","topic":""}],"nextLink":null}`),
				Entry("with an empty link", `{"value":[{"id":"a","topic":""}],"nextLink":""}`),
			)

			It("can be ranged over again from the beginning", func(ctx SpecContext) {
				pager, wire := list(threePages)
				for _, err := range pager.All(ctx) {
					Expect(err).NotTo(HaveOccurred())
					break
				}
				for range 2 {
					threads, err := pager.Collect(ctx, 0)
					Expect(err).NotTo(HaveOccurred())
					Expect(ids(threads)).To(Equal([]string{"a", "b", "c", "d", "e"}))
				}
				Expect(len(wire.Requests())).To(BeNumerically(">=", 7))
			})

			It("can be ranged over by several goroutines", func(ctx SpecContext) {
				pager, _ := list(threePages)
				items := pager.All(ctx)
				var readers sync.WaitGroup
				for range 8 {
					readers.Go(func() {
						defer GinkgoRecover()
						var seen []string
						for thread, err := range items {
							Expect(err).NotTo(HaveOccurred())
							seen = append(seen, thread.ID)
						}
						Expect(seen).To(Equal([]string{"a", "b", "c", "d", "e"}))
					})
				}
				readers.Wait()
			})

			It("yields an error once, after the items before it", func(ctx SpecContext) {
				pager, wire := list(reply(200, `{"value":[{"id":"a","topic":""}],"nextLink":"/chat/threads?skip=1&api-version=2025-03-15"}`), reply(403, ""))
				var seen []string
				for thread, err := range pager.All(ctx) {
					if err != nil {
						Expect(err).To(MatchError(chat.ErrForbidden))
						Expect(thread).To(BeZero())
						seen = append(seen, "error")
						continue
					}
					seen = append(seen, thread.ID)
				}
				Expect(seen).To(Equal([]string{"a", "error"}))
				Expect(wire.Requests()).To(HaveLen(2))

				threads, err := pager.Collect(ctx, 0)
				Expect(err).To(MatchError(chat.ErrForbidden))
				Expect(threads).To(BeEmpty())
			})

			It("returns the items that Collect read before the error", func(ctx SpecContext) {
				pager, _ := list(reply(200, `{"value":[{"id":"a","topic":""}],"nextLink":"/chat/threads?skip=1&api-version=2025-03-15"}`), reply(403, ""))
				threads, err := pager.Collect(ctx, 0)
				Expect(err).To(MatchError(chat.ErrForbidden))
				Expect(ids(threads)).To(Equal([]string{"a"}))
			})

			It("retries a page that fails temporarily", func(ctx SpecContext) {
				pager, wire := list(threePages, reply(503, ""), fail(errReset), threePages)
				threads, err := pager.Collect(ctx, 0)
				Expect(err).NotTo(HaveOccurred())
				Expect(ids(threads)).To(Equal([]string{"a", "b", "c", "d", "e"}))
				Expect(wire.Requests()).To(HaveLen(5))
			})

			It("ends with the error of a context that is cancelled", func(ctx SpecContext) {
				pager, _ := list(circle(1000))
				over, cancel := context.WithCancel(ctx)
				defer cancel()
				var last error
				pages := 0
				for _, err := range pager.Pages(over) {
					cancel()
					last = err
					pages++
				}
				Expect(last).To(MatchError(context.Canceled))
				Expect(pages).To(BeNumerically("<=", 3), "a page that was there already may come before the error")
			})

			for _, n := range []int{1, 2, 5, 100} {
				It(fmt.Sprintf("fails when the links lead in a circle of %d", n), func(ctx SpecContext) {
					pager, wire := list(circle(n))
					threads, err := pager.Collect(ctx, 0)
					Expect(err).To(MatchError("chat: the links to the next page form a cycle"))
					Expect(len(threads)).To(BeNumerically(">=", n))
					Expect(len(wire.Requests())).To(BeNumerically("<=", 3*n+3))
				})
			}

			It("resumes after a page in another client, whatever the other options are", func(ctx SpecContext) {
				pager, _ := list(threePages)
				var token string
				for page, err := range pager.Pages(ctx) {
					Expect(err).NotTo(HaveOccurred())
					token = page.ContinuationToken
					break
				}
				other, wire := clientOf(threePages)
				threads, err := other.ListThreads(&chat.ListThreadsOptions{ContinuationToken: token, PageSize: 7, StartTime: inTokyo, Prefetch: prefetch}).Collect(ctx, 0)
				Expect(err).NotTo(HaveOccurred())
				Expect(ids(threads)).To(Equal([]string{"c", "d", "e"}))
				Expect(wire.Requests()[0].URL).To(Equal(testEndpoint + token))
			})
		})
	}

	It("is not affected by later changes of the options", func(ctx SpecContext) {
		client, wire := clientOf(reply(200, `{"value":[]}`))
		o := &chat.ListThreadsOptions{PageSize: 3}
		pager := client.ListThreads(o)
		*o = chat.ListThreadsOptions{PageSize: -1, ContinuationToken: "?"}
		Expect(pager.Collect(ctx, 0)).Error().NotTo(HaveOccurred())
		Expect(only(wire).URL).To(HaveSuffix("&maxPageSize=3"))
	})

	DescribeTable("rejects a token of another listing", func(ctx SpecContext, token string) {
		client, wire := clientOf(threePages)
		thread := client.ThreadClient(testThread)
		listings := []func() error{
			func() error {
				_, err := client.ListThreads(&chat.ListThreadsOptions{ContinuationToken: token}).Collect(ctx, 0)
				return err
			},
			func() error {
				_, err := thread.ListMessages(&chat.ListMessagesOptions{ContinuationToken: token}).Collect(ctx, 0)
				return err
			},
			func() error {
				_, err := thread.ListParticipants(&chat.ListParticipantsOptions{ContinuationToken: token}).Collect(ctx, 0)
				return err
			},
			func() error {
				_, err := thread.ListReadReceipts(&chat.ListReadReceiptsOptions{ContinuationToken: token, Prefetch: true}).Collect(ctx, 0)
				return err
			},
		}
		for _, listing := range listings {
			argument, ok := errors.AsType[*chat.ArgumentError](listing())
			Expect(ok).To(BeTrue())
			Expect(argument.Name).To(Equal("ContinuationToken"))
		}
		Expect(wire.Requests()).To(BeEmpty())
	},
		Entry("such as a word", "next"), Entry("such as a number", "2"), Entry("with a broken escape", "/chat/%zz"),
		Entry("with a line break", "/chat/threads?a=\r\nX: y"), Entry("such as a URL", "https://elsewhere.example/chat/threads?skip=1"),
	)
})
