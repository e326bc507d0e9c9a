package feed_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
)

// The model test compares the changes that three replicas yield with what was written. ACSCHAT_FEED_HOURS makes it long.
var _ = Describe("The feed, in a model of a service with bad days", func() {
	It("yields what was written, in order, none twice, and misses only versions that were replaced before a read", func() {
		size, visibility := modelSize{threads: 12, users: 10, time: 15 * time.Minute, pause: time.Second, calm: 3 * time.Minute, history: 1900}, ReportEntryVisibilityFailureOrVerbose
		if hours, err := strconv.Atoi(os.Getenv("ACSCHAT_FEED_HOURS")); err == nil && hours > 0 {
			size = modelSize{threads: 50, users: 10, time: time.Duration(hours) * time.Hour, pause: 2500 * time.Millisecond, calm: 40 * time.Minute, history: 5000}
			visibility = ReportEntryVisibilityAlways
		}
		random := rand.New(rand.NewPCG(7, uint64(GinkgoRandomSeed())))
		var report string
		started := time.Now()
		var m *model
		bubble(func() { report, m = runModel(random, size) })
		report += fmt.Sprintf("  real time                 %.1f s\n", time.Since(started).Seconds())
		AddReportEntry("figures of the model test", report, visibility)
		Expect(m.missing).To(BeEmpty())
		Expect(m.twice).To(BeEmpty())
		Expect(m.misplaced).To(BeEmpty())
	})
})

// modelSize is the size of a run.
type modelSize struct {
	threads, users int
	history        int           // messages of one thread before the run
	time, pause    time.Duration // of the run, and between two writes on average
	calm           time.Duration // between two kills, and two outages
}

// longestOutage is how long the service is out at most.
const longestOutage = 5 * time.Minute

// model is what was written.
type model struct {
	service *chattest.Service
	random  *rand.Rand
	weather *weather
	reader  chattest.User
	users   []chattest.User
	threads []*modelThread
	writes  map[string]int

	late                      int      // versions that were yielded after higher ones, for they appeared later
	missing, twice, misplaced []string // versions, against the promise
}

// modelThread is a thread, in which the first user writes and others come and go.
type modelThread struct {
	id       string
	client   *chat.ThreadClient
	messages []string // that can be edited
	present  map[string]bool
	versions []modelVersion // oldest first
	metadata int

	late    map[int64]time.Time // when late messages appear in listings, by id
	removed []time.Time         // when the reader was removed
	away    bool                // the reader is not a participant now
	deleted time.Time           // zero if the thread is not deleted
	long    bool                // it had many pages before the first read
}

// writer is the index of the user who writes in a thread.
func (m *model) writer(n int) int { return 1 + n%(len(m.users)-1) }

// visible returns when listings show a version.
func (t *modelThread) visible(v modelVersion) time.Time {
	at := time.UnixMilli(v.version)
	if late := t.late[v.id]; late.After(at) {
		return late
	}
	return at
}

// modelVersion is a version of a message.
type modelVersion struct {
	version, id int64
	text        string
}

func newModel(random *rand.Rand, service *chattest.Service, w *weather, size modelSize) *model {
	GinkgoHelper()
	m := &model{service: service, random: random, weather: w, users: service.NewUsers(size.users), writes: map[string]int{}}
	m.reader = m.users[0]
	for n := range size.threads {
		writer := m.users[m.writer(n)]
		created, err := service.Client(writer).CreateThread(context.Background(), fmt.Sprint("thread ", n), &chat.CreateThreadOptions{
			Participants: []chat.Participant{{Identifier: m.reader}},
		})
		Expect(err).NotTo(HaveOccurred())
		t := &modelThread{id: created.Thread.ID, client: service.Client(writer).ThreadClient(created.Thread.ID), present: map[string]bool{}, late: map[int64]time.Time{}}
		if n == len(m.users) { // many pages are read, and the first of them twice
			t.long = true
			for i := range size.history {
				Expect(t.client.SendMessage(context.Background(), fmt.Sprint(i), nil)).Error().NotTo(HaveOccurred())
			}
		}
		all, err := t.client.ListMessages(nil).Collect(context.Background(), 0)
		Expect(err).NotTo(HaveOccurred())
		slices.Reverse(all)
		for _, message := range all {
			t.versions = append(t.versions, versionOf(message))
		}
		m.threads = append(m.threads, t)
	}
	return m
}

func versionOf(m chat.Message) modelVersion {
	GinkgoHelper()
	version, err := strconv.ParseInt(m.Version, 10, 64)
	Expect(err).NotTo(HaveOccurred())
	id, err := strconv.ParseInt(m.ID, 10, 64)
	Expect(err).NotTo(HaveOccurred())
	return modelVersion{version, id, m.Content.Message + m.Content.Topic}
}

// write makes a random change.
func (m *model) write() {
	GinkgoHelper()
	ctx := context.Background()
	n := min(m.random.IntN(len(m.threads)), m.random.IntN(len(m.threads))) // some threads are busier than others
	t := m.threads[n]
	if !t.deleted.IsZero() {
		return
	}
	kind := "send"
	var err error
	switch luck := m.random.IntN(100); {
	case luck < 25 && len(t.messages) > 0:
		kind = "edit"
		id := t.messages[max(0, len(t.messages)-1-m.random.IntN(20))]
		err = t.client.UpdateMessage(ctx, id, chat.MessageUpdate{Content: new(fmt.Sprint("edited ", m.random.Int()))})
	case luck < 35 && len(t.messages) > 0:
		kind = "delete"
		i := max(0, len(t.messages)-1-m.random.IntN(20))
		err = t.client.DeleteMessage(ctx, t.messages[i])
		t.messages = slices.Delete(t.messages, i, i+1)
	case luck < 40:
		kind = "topic"
		err = t.client.UpdateTopic(ctx, fmt.Sprint("topic ", m.random.Int()))
	case luck < 50:
		user := m.users[1+m.random.IntN(len(m.users)-1)]
		if user.ID == m.users[m.writer(n)].ID {
			return
		}
		if kind = "add"; t.present[user.ID] {
			kind = "remove"
			err = t.client.RemoveParticipant(ctx, user)
		} else {
			_, err = t.client.AddParticipants(ctx, []chat.Participant{{Identifier: user}})
		}
		t.present[user.ID] = !t.present[user.ID]
	case luck < 53:
		t.metadata++
		m.writes["metadata"]++
		Expect(t.client.UpdateProperties(ctx, chat.PropertiesUpdate{Metadata: map[string]string{"n": fmt.Sprint(t.metadata)}})).To(Succeed())
		return
	default:
		var sent chat.SendMessageResult
		sent, err = t.client.SendMessage(ctx, fmt.Sprint("message ", m.random.Int()), nil)
		t.messages = append(t.messages, sent.ID)
		if err == nil && m.random.IntN(20) == 0 {
			kind = "send, late"
			until := time.Now().Add(time.Duration(m.random.Int64N(int64(9 * time.Second))))
			m.weather.hide(t.id, sent.ID, until)
			id, err := strconv.ParseInt(sent.ID, 10, 64)
			Expect(err).NotTo(HaveOccurred())
			t.late[id] = until
		}
	}
	Expect(err).NotTo(HaveOccurred())
	m.wrote(t, kind)
}

// turnAway removes the reader from a thread, or adds it again.
func (m *model) turnAway(t *modelThread) {
	GinkgoHelper()
	ctx := context.Background()
	if t.away = !t.away; t.away {
		t.removed = append(t.removed, time.Now())
		Expect(t.client.RemoveParticipant(ctx, m.reader)).To(Succeed())
		m.wrote(t, "remove the reader")
		return
	}
	Expect(t.client.AddParticipants(ctx, []chat.Participant{{Identifier: m.reader}})).Error().NotTo(HaveOccurred())
	m.wrote(t, "add the reader")
}

// erase deletes a thread.
func (m *model) erase(t *modelThread) {
	GinkgoHelper()
	Expect(t.client.Client().DeleteThread(context.Background(), t.id)).To(Succeed())
	t.deleted = time.Now()
	m.writes["delete the thread"]++
}

// wrote takes the version of a message that was written.
func (m *model) wrote(t *modelThread, kind string) {
	GinkgoHelper()
	m.writes[kind]++
	ctx := context.Background()
	newest, err := t.client.ListMessages(&chat.ListMessagesOptions{PageSize: 1}).Collect(ctx, 1)
	Expect(err).NotTo(HaveOccurred())
	t.versions = append(t.versions, versionOf(newest[0]))
}
