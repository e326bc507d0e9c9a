package emulator_test

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
)

// journal records what the writers have requested and which requests were acknowledged.
type journal struct {
	mu      sync.Mutex // guards the fields below, and what they point to
	time    int        // counts requests and acknowledgements
	threads []*threadEntry
}

// threadEntry is a thread whose creation was requested.
type threadEntry struct {
	topic    string
	people   int
	id       string // empty until acknowledged
	messages []*messageEntry
}

// messageEntry is a message whose sending was requested.
type messageEntry struct {
	thread       *threadEntry
	writer, n    int
	id           string // empty until acknowledged
	begun, acked int
	tried, sure  int // the latest edition requested, and the latest acknowledged
}

func newJournal() *journal { return &journal{} }

func (j *journal) String() string {
	messages, acked := 0, 0
	for _, t := range j.threads {
		for _, m := range t.messages {
			messages++
			if m.id != "" {
				acked++
			}
		}
	}
	return fmt.Sprintf("%d threads and %d messages asked for, %d messages acknowledged", len(j.threads), messages, acked)
}

func (j *journal) creating(people int) *threadEntry {
	j.mu.Lock()
	defer j.mu.Unlock()
	t := &threadEntry{topic: fmt.Sprint("Thread ", len(j.threads)), people: people}
	j.threads = append(j.threads, t)
	return t
}

func (j *journal) created(t *threadEntry, id string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	t.id = id
}

func (j *journal) sending(t *threadEntry, writer int) *messageEntry {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.time++
	m := &messageEntry{thread: t, writer: writer, n: len(t.messages), begun: j.time}
	t.messages = append(t.messages, m)
	return m
}

func (j *journal) sent(m *messageEntry, id string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.time++
	m.id, m.acked = id, j.time
}

// editing adds an edition to a writer's latest acknowledged message. It returns nil if there is none.
func (j *journal) editing(t *threadEntry, writer int) (m *messageEntry, edition int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, m := range slices.Backward(t.messages) {
		if m.writer == writer && m.id != "" {
			m.tried++
			return m, m.tried
		}
	}
	return nil, 0
}

func (j *journal) edited(m *messageEntry, edition int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	m.sure = edition
}

// text returns the text of an edition of a message, which identifies it and is sometimes long.
func (m *messageEntry) text(edition int) string {
	return fmt.Sprintf("%d of %d, edition %d%s", m.n, m.writer, edition, strings.Repeat(".", m.n%7*m.n%6007))
}

// verify compares the state of the service with the journal.
func (j *journal) verify(ctx context.Context, clients []*chat.Client) {
	GinkgoHelper()
	byTopic := map[string]*threadEntry{}
	for _, t := range j.threads {
		byTopic[t.topic] = t
	}
	var found []string
	for i, client := range clients {
		var ids []string
		for item, err := range client.ListThreads(&chat.ListThreadsOptions{PageSize: 200}).All(ctx) {
			Expect(err).NotTo(HaveOccurred())
			ids = append(ids, item.ID)
			if i == 0 {
				t := byTopic[item.Topic]
				Expect(t).NotTo(BeNil(), "a thread was not requested: %q", item.Topic)
				Expect(item.ID).To(Equal(cmp.Or(t.id, item.ID)), "thread %q is listed twice", item.Topic)
				t.id = item.ID // once seen, it must stay
				t.verify(ctx, client.ThreadClient(item.ID), j.time)
			}
		}
		slices.Sort(ids)
		if i == 0 {
			found = ids
		}
		Expect(ids).To(Equal(found), "every user is in every thread")
	}
	for _, t := range j.threads {
		if t.id != "" {
			Expect(found).To(ContainElement(t.id), "a thread was acknowledged and is lost")
		}
	}
}

// verify checks that a thread is complete.
func (t *threadEntry) verify(ctx context.Context, client *chat.ThreadClient, now int) {
	GinkgoHelper()
	properties, err := client.GetProperties(ctx)
	Expect(err).NotTo(HaveOccurred())
	Expect(properties.Topic).To(Equal(t.topic))
	people, err := client.ListParticipants(nil).Collect(ctx, 0)
	Expect(err).NotTo(HaveOccurred())
	Expect(people).To(HaveLen(t.people))
	messages, err := client.ListMessages(&chat.ListMessagesOptions{PageSize: 200}).Collect(ctx, 0)
	Expect(err).NotTo(HaveOccurred())
	Expect(slices.IsSortedFunc(messages, func(a, b chat.Message) int { return cmp.Compare(number(b.Version), number(a.Version)) })).
		To(BeTrue(), "messages are listed by version")

	slices.SortFunc(messages, func(a, b chat.Message) int { return cmp.Compare(number(a.ID), number(b.ID)) })
	Expect(len(messages)).To(BeNumerically(">=", 2))
	Expect(messages[0].Type).To(Equal(chat.MessageTypeParticipantAdded))
	Expect(messages[1].Type).To(Equal(chat.MessageTypeTopicUpdated))
	for i, m := range messages {
		Expect(number(m.SequenceID)).To(Equal(i+1), "the position of message %s", m.ID)
	}
	t.verifyMessages(messages[2:], now)
}

// verifyMessages reads messages in the order of their ids: a message sent after another was acknowledged has the greater id.
func (t *threadEntry) verifyMessages(messages []chat.Message, now int) {
	GinkgoHelper()
	byText, lost := map[string]*messageEntry{}, map[string]*messageEntry{}
	for _, m := range t.messages {
		for edition := m.sure; edition <= m.tried; edition++ {
			byText[m.text(edition)] = m
		}
		if m.id != "" {
			lost[m.id] = m
		}
	}
	latest := 0
	for _, message := range messages {
		m := byText[message.Content.Message]
		Expect(m).NotTo(BeNil(), "a message was not sent, or is not the latest edition: %.80q", message.Content.Message)
		Expect(message.ID).To(Equal(cmp.Or(m.id, message.ID)), "a message is listed twice: %.80q", message.Content.Message)
		if m.id != "" {
			Expect(m.acked).To(BeNumerically(">", latest), "%.80q comes after one that was sent when it was there", m.text(0))
		} else {
			m.id, m.acked = message.ID, now // once seen, it must stay
		}
		latest = max(latest, m.begun)
		delete(lost, message.ID)
	}
	Expect(lost).To(BeEmpty(), "messages were acknowledged and are lost")
}

func number(text string) int {
	GinkgoHelper()
	n, err := strconv.Atoi(text)
	Expect(err).NotTo(HaveOccurred())
	return n
}
