package feed_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing/synctest"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat/feed"
)

// histories is a service of canned threads whose messages take several pages. It counts the threads of which pages were read and no change was
// yielded so far: their pages are held, or are to be read again.
type histories struct {
	*canned

	pages int // of each thread
	size  int // of a page, below what is asked for

	mu    sync.Mutex // guards what follows
	lists int
	depth map[string]int // the pages read, by path
	most  int            // threads of which more than one page was read and nothing was yielded, at the same time
	fails func(path string, page int) bool
}

// Do implements policy.Transporter.
func (h *histories) Do(req *http.Request) (*http.Response, error) {
	if !strings.HasSuffix(req.URL.Path, "/messages") {
		return h.canned.Do(req)
	}
	page := 0
	_, _ = fmt.Sscan(req.URL.Query().Get("syncState"), &page)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.lists++
	if h.fails != nil && h.fails(req.URL.Path, page) {
		return answer(req, http.StatusServiceUnavailable), nil
	}
	if known, ok := h.depth[req.URL.Path]; !ok || known > 0 {
		h.depth[req.URL.Path] = page + 1
	}
	deep := 0
	for _, depth := range h.depth {
		if depth > 1 {
			deep++
		}
	}
	h.most = max(h.most, deep)
	return answerWith(req, h.page(req.URL.Path, page)), nil
}

// page is a page of a thread.
func (h *histories) page(path string, n int) string {
	items := make([]string, h.size)
	for i := range items {
		version := int64(1762161364495) + 60_000*int64(h.pages*h.size-n*h.size-i)
		items[i] = fmt.Sprintf(`{"id":"%d","type":"text","sequenceId":"1","version":"%d","content":{"message":"x"},"createdOn":"2025-11-03T09:20:09Z"}`, version, version)
	}
	next := ""
	if n+1 < h.pages {
		next = fmt.Sprintf(`,"nextLink":"https://contoso.test%s?syncState=%d&api-version=2025-03-15"`, path, n+1)
	}
	return `{"value":[` + strings.Join(items, ",") + `]` + next + `}`
}

// yielded notes a change.
func (h *histories) yielded(threadID string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.depth["/chat/threads/"+threadID+"/messages"] = 0
}

// read ranges over all threads for a time, and returns the number of changes of each.
func (h *histories) read(d time.Duration) map[string]int {
	GinkgoHelper()
	client, err := clientOf(h)
	Expect(err).NotTo(HaveOccurred())
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	changes := map[string]int{}
	for change, err := range feed.WatchAll(ctx, client, &feed.Options{CallsPerMinute: 6000, MaxInterval: 24 * time.Hour}) {
		if err != nil {
			Expect(err).To(MatchError(context.DeadlineExceeded))
			break
		}
		id := change.EventHeader().ThreadID
		changes[id]++
		h.yielded(id)
	}
	synctest.Wait()
	return changes
}

func newHistories(threads, pages, size int) *histories {
	return &histories{canned: newCanned(threads, 1), pages: pages, size: size, depth: map[string]int{}}
}

var _ = Describe("The first read of many threads", func() {
	It("has few long histories in progress at the same time, and reads each in order and whole", func() {
		const threads, pages, size = 300, 6, 5
		bubble(func() {
			service := newHistories(threads, pages, size)
			changes := service.read(3 * time.Hour)
			Expect(changes).To(HaveLen(threads))
			for id, n := range changes {
				Expect(n).To(Equal(pages*size), id)
			}
			Expect(service.most).To(BeNumerically("<=", 16))
			Expect(service.lists).To(BeNumerically("<=", threads*(pages+1)), "one page of a thread that had to wait is read twice")
		})
	})

	It("goes on with the others if some histories cannot be read to the end", func() {
		const threads, pages, size = 100, 4, 5
		bubble(func() {
			service := newHistories(threads, pages, size)
			broken := 0
			service.fails = func(path string, page int) bool {
				isBroken := page == 2 && strings.HasSuffix(path, "71@thread.v2/messages")
				if isBroken {
					broken++
				}
				return isBroken
			}
			Expect(service.read(2 * time.Hour)).To(HaveLen(threads - 10))
			Expect(broken).To(BeNumerically(">", 10))
		})
	})
})
