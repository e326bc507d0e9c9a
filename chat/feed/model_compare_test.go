package feed_test

import (
	"cmp"
	"context"
	"fmt"
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
		if !t.deleted.IsZero() || len(t.removed) > 0 && began.Sub(t.removed[len(t.removed)-1]) < 10*time.Minute {
			continue // the others may have dropped it
		}
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
		n, delivered, latest := 0, make([]bool, len(t.versions)), -1
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
			i, found := slices.BinarySearchFunc(t.versions, version, func(a, b modelVersion) int {
				return cmp.Or(cmp.Compare(a.version, b.version), cmp.Compare(a.id, b.id))
			})
			Expect(found && t.versions[i] == version).To(BeTrue(), "%v was never written", version)
			if delivered[i] {
				m.twice = append(m.twice, fmt.Sprint(version))
			}
			delivered[i] = true
			yielded++
			switch {
			case i >= latest:
			case t.isLate(i, delivered):
				m.late++
			default:
				m.misplaced = append(m.misplaced, fmt.Sprint(version))
			}
			latest = max(latest, i)
		}
		for i := range t.versions {
			switch {
			case delivered[i]:
			case t.isReplaced(i, m.weather.reads[t.id]):
				replaced++
			default:
				m.missing = append(m.missing, fmt.Sprint(t.versions[i]))
			}
		}
		if t.deleted.IsZero() {
			Expect(n).To(Equal(t.metadata), "the last metadata is yielded")
		}
	}
	return written, yielded, replaced, metadata
}

// isLate reports whether a version that was yielded after higher ones appeared after all of them.
func (t *modelThread) isLate(i int, delivered []bool) bool {
	for higher := i + 1; higher < len(t.versions); higher++ {
		if delivered[higher] && !t.visible(t.versions[i]).After(t.visible(t.versions[higher])) {
			return false
		}
	}
	return true
}

// isReplaced reports whether a version that was not yielded was not there in any read: it was replaced before one, or with the thread deleted.
// Those of a replica that died soon after, or of a thread that the reader had to leave soon after, do not count.
func (t *modelThread) isReplaced(i int, reads []modelRead) bool {
	missing := t.versions[i]
	gone := t.deleted
	if by := slices.IndexFunc(t.versions[i+1:], func(v modelVersion) bool { return v.id == missing.id }); by >= 0 {
		gone = time.UnixMilli(t.versions[i+1+by].version)
	}
	if gone.IsZero() {
		return false
	}
	shown := t.visible(missing).Add(2 * time.Millisecond)
	first, _ := slices.BinarySearchFunc(reads, shown, func(r modelRead, at time.Time) int { return r.at.Compare(at) })
	for _, read := range reads[first:] {
		if !read.at.Before(gone) {
			break
		}
		died := !read.by.died.IsZero() && read.at.After(read.by.died.Add(-15*time.Second))
		left := slices.ContainsFunc(t.removed, func(at time.Time) bool { return at.After(read.at) && at.Sub(read.at) < time.Minute })
		if !died && !left && !t.long {
			return false
		}
	}
	return true
}

// percentile returns a percentile of durations, rounded.
func percentile(list []time.Duration, percent int) time.Duration {
	if len(list) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(list))
	return sorted[(len(sorted)-1)*percent/100].Round(time.Millisecond)
}
