package feed_test

import (
	"context"
	"slices"
	"strconv"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat/events"
	"github.com/acschat/acs-chat-go/chat/feed"
)

// takeover waits until no thread belongs to a dead replica, and returns how long that took, 0 if none did.
func takeover(store feed.Store, m *model, dead string) time.Duration {
	GinkgoHelper()
	began := time.Now()
	for _, t := range m.threads {
		for owner(store, t.id) == dead {
			Expect(time.Since(began)).To(BeNumerically("<", time.Minute))
			time.Sleep(100 * time.Millisecond)
		}
	}
	return time.Since(began)
}

// owner returns the key of the replica that owns a thread.
func owner(store feed.Store, threadID string) string {
	GinkgoHelper()
	text, err := store.Load(context.Background(), threadID)
	Expect(err).NotTo(HaveOccurred())
	return "replica:" + feed.OwnerOf(text)
}

// compare compares the database with the model.
func (m *model) compare(d *database) (written, yielded, replaced, metadata int) {
	GinkgoHelper()
	for _, t := range m.threads {
		written += len(t.versions)
		next, n := 0, 0
		cursors := map[feed.Cursor]bool{}
		for _, c := range d.changes[t.id] {
			Expect(cursors[c.Cursor]).To(BeFalse(), "a cursor was committed twice")
			cursors[c.Cursor] = true
			if c.Message == nil {
				read, err := strconv.Atoi(c.Event.(events.ThreadPropertiesUpdated).Properties.Metadata["n"])
				Expect(err).NotTo(HaveOccurred())
				Expect(read).To(BeNumerically(">", n), "metadata is yielded once, in order")
				n = read
				metadata++
				continue
			}
			version := versionOf(*c.Message)
			i := slices.Index(t.versions[next:], version)
			Expect(i).To(BeNumerically(">=", 0), "%v was yielded twice, misplaced or never written", version)
			for skipped := range t.versions[next : next+i] {
				replaced++
				t.expectReplaced(next + skipped)
			}
			next += i + 1
			yielded++
		}
		for skipped := range t.versions[next:] {
			replaced++
			t.expectReplaced(next + skipped)
		}
		Expect(n).To(Equal(t.metadata), "the last metadata is yielded")
	}
	return written, yielded, replaced, metadata
}

// expectReplaced expects that a version that was not yielded was replaced before a read can have been due.
func (t *modelThread) expectReplaced(i int) {
	GinkgoHelper()
	missing := t.versions[i]
	by := slices.IndexFunc(t.versions[i+1:], func(v modelVersion) bool { return v.id == missing.id })
	Expect(by).To(BeNumerically(">=", 0), "%v is missing", missing)
	within := time.Duration(t.versions[i+1+by].version-missing.version) * time.Millisecond
	Expect(within).To(BeNumerically("<", 2*longestOutage+5*time.Minute), "%v is missing, and was replaced late", missing)
}

// percentile returns a percentile of durations, rounded.
func percentile(list []time.Duration, percent int) time.Duration {
	if len(list) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(list))
	return sorted[(len(sorted)-1)*percent/100].Round(time.Millisecond)
}
