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
			Expect(m.weather.reads[readKey{t.id, version}]).NotTo(BeEmpty(), "%v was never read", version)
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
			if delivered[i] {
				continue
			}
			switch why := t.missed(i, m.weather); why {
			case "":
				replaced++
			default:
				m.missing = append(m.missing, fmt.Sprintf("%v of %s %s", t.versions[i], t.id, why))
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

// missed says why a version should have been yielded, or returns "" if it was replaced, or deleted with its thread, before a read found it. The
// last read of a replica that died does not count, for its end may not have been reached, nor do those of a thread that the reader had to leave
// soon after.
func (t *modelThread) missed(i int, w *weather) string {
	missing := t.versions[i]
	replaced := slices.ContainsFunc(t.versions[i+1:], func(v modelVersion) bool { return v.id == missing.id })
	if !replaced && t.deleted.IsZero() {
		return "was not replaced"
	}
	for _, read := range w.reads[readKey{t.id, missing}] {
		ended := slices.ContainsFunc(w.starts[t.id], func(later modelRead) bool { return later.by == read.by && later.at.After(read.at) })
		died := !read.by.died.IsZero() && !ended
		left := slices.ContainsFunc(t.removed, func(at time.Time) bool { return at.After(read.at) && at.Sub(read.at) < time.Minute })
		if !died && !left && !t.long {
			return "was read at " + read.at.Format(time.TimeOnly)
		}
	}
	return ""
}

// percentile returns a percentile of durations, rounded.
func percentile(list []time.Duration, percent int) time.Duration {
	if len(list) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(list))
	return sorted[(len(sorted)-1)*percent/100].Round(time.Millisecond)
}
