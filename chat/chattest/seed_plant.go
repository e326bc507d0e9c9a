package chattest

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"go.etcd.io/bbolt"

	"github.com/acschat/acs-chat-go/chat/events"
	"github.com/acschat/acs-chat-go/gen/chatapi"
)

// SeededUser returns the user with a name in a seed. The same name always has the same id. It does not check whether the user exists.
func (s *Service) SeededUser(name string) User {
	if _, isID := cutUserPrefix(name); isID {
		return User{ID: name}
	}
	b := sha256.Sum256([]byte("user\n" + name))
	return User{ID: fmt.Sprintf("%s%s_%x-%x-%x-%x-%x", userPrefix(s.cloud), s.resource, b[:4], b[4:6], b[6:8], b[8:10], b[10:16])}
}

// SeededThread returns the id of the thread with a name in a seed. It does not check whether the thread exists.
func (s *Service) SeededThread(name string) string {
	if isThreadID(name) {
		return name
	}
	return repeatableThreadID(s.cloud, "seed", name)
}

// resource returns the resource of the ids in a seed, empty if it has none.
func (s *Seed) resource() (resource string, err error) {
	for _, name := range slices.Concat(s.Users, s.DeletedUsers) {
		if _, isID := cutUserPrefix(name); !isID {
			continue
		}
		r, ok := resourceOfUser(name)
		switch {
		case !ok:
			return "", fmt.Errorf("the user id %q is malformed", name)
		case resource != "" && r != resource:
			return "", fmt.Errorf("the user id %q is of another resource than those before", name)
		}
		resource = r
	}
	return resource, nil
}

// sow writes the state of the seed to the store, unless that already has users or threads.
func (s *Service) sow(seed *Seed) error {
	if seed == nil || !s.store.isEmpty() {
		return nil
	}
	resource, err := seed.resource()
	if err != nil {
		return err
	}
	if resource != "" {
		s.resource = resource
		if err := s.store.keep("resource", []byte(resource)); err != nil {
			return err
		}
	}
	return s.store.update(func(tx *bbolt.Tx) error {
		return (&sower{s: s, tx: tx, now: s.Now().UnixMilli()}).sow(seed)
	})
}

// isEmpty reports whether the store never had a user or a thread.
func (s *store) isEmpty() (empty bool) {
	_ = s.view(func(tx *bbolt.Tx) error {
		user, _ := tx.Bucket([]byte(usersBucket)).Cursor().First()
		thread, _ := tx.Bucket([]byte(threadsBucket)).Cursor().First()
		empty = user == nil && thread == nil
		return nil
	})
	return empty
}

// sower writes the state of a seed in a transaction.
type sower struct {
	s   *Service
	tx  *bbolt.Tx
	now int64 // milliseconds since 1970
}

func (w *sower) sow(seed *Seed) error {
	users := w.tx.Bucket([]byte(usersBucket))
	for _, name := range slices.Concat(seed.Users, seed.DeletedUsers) {
		if err := users.Put([]byte(w.s.SeededUser(name).ID), number(0)); err != nil {
			return err
		}
	}
	// Threads are written in the order of their latest activity, so that lists have them in that order.
	threads := make([]int, len(seed.Threads))
	for i := range threads {
		threads[i] = i
	}
	slices.SortStableFunc(threads, func(a, b int) int { return cmp.Compare(seed.Threads[b].latest(), seed.Threads[a].latest()) })
	for _, i := range threads {
		if err := w.sowThread(seed.Threads[i]); err != nil {
			return fmt.Errorf("threads[%d]: %w", i, err)
		}
	}
	for _, name := range seed.DeletedUsers {
		if err := w.s.deleteUser(w.tx, w.s.SeededUser(name).ID); err != nil {
			return err
		}
	}
	return nil
}

// latest returns how long ago the thread last changed.
func (t *SeedThread) latest() Ago {
	latest := t.Ago
	for _, m := range t.Messages {
		latest = min(latest, m.Ago)
	}
	if t.Deleted != nil {
		latest = min(latest, *t.Deleted)
	}
	return latest
}

// step is something that happened in a thread, to a message or to the thread.
type step struct {
	ago, sent Ago // sent is when the message of the step was sent
	message   string
	what      string // the later change of the message, empty for the message itself
	take      func(t *thread) error
}

// check refuses a step at an impossible time.
func (p step) check(st SeedThread) error {
	name := p.message + p.what
	switch {
	case p.ago > st.Ago:
		return fmt.Errorf("%s is longer ago than the thread", name)
	case p.ago > p.sent:
		return fmt.Errorf("%s is longer ago than %s", name, p.message)
	case st.Deleted != nil && p.ago < *st.Deleted:
		return fmt.Errorf("%s is later than deleted", name)
	}
	return nil
}

func (w *sower) sowThread(st SeedThread) error {
	creator := st.CreatedBy
	if creator == "" && len(st.Participants) > 0 {
		creator = st.Participants[0].User
	}
	caller, err := w.user(creator)
	if err != nil {
		return fmt.Errorf("createdBy: %w", err)
	}
	people, err := w.people(st.Participants)
	if err != nil {
		return err
	}
	id := randomThreadID(w.s.cloud)
	if st.ID != "" {
		id = w.s.SeededThread(st.ID)
	}
	policy := retention{Kind: chatapi.RetentionPolicyKindNone}
	if st.RetentionDays != 0 {
		policy = retention{Kind: chatapi.RetentionPolicyKindThreadCreationDate, DeleteThreadAfterDays: new(st.RetentionDays)}
	}
	if policy, err = policy.checked(); err != nil {
		return errors.New("retentionDays must be from 30 to 90")
	}
	t := &thread{tx: w.tx, id: id, caller: caller, now: w.at(st.Ago)}
	if t.load() {
		return fmt.Errorf("there is another thread %q", st.ID)
	}
	t.create(people, threadProperties{Topic: st.Topic, Metadata: orderedMetadata(st.Metadata), RetentionPolicy: policy})
	for _, step := range w.steps(st) {
		if err := step.check(st); err != nil {
			return err
		}
		t.now = w.at(step.ago)
		if err := step.take(t); err != nil {
			return fmt.Errorf("%s: %w", step.message+step.what, err)
		}
	}
	if st.Deleted != nil {
		t.now = w.at(*st.Deleted)
		t.end(participant{}, events.DeletionReasonUser)
	}
	return t.save()
}

// steps lists the changes of a thread after its creation, oldest first.
func (w *sower) steps(st SeedThread) (steps []step) {
	for i, m := range st.Messages {
		name := fmt.Sprintf("messages[%d]", i)
		var sent message
		steps = append(steps, step{m.Ago, m.Ago, name, "", func(t *thread) (err error) {
			sent, err = w.sowMessage(t, m)
			return err
		}})
		for _, r := range m.ReadBy {
			steps = append(steps, step{r.Ago, m.Ago, name, ".readBy", func(t *thread) error { return w.sowReceipt(t, sent, r) }})
		}
		if m.Edited != nil {
			steps = append(steps, step{*m.Edited, m.Ago, name, ".edited", func(t *thread) error {
				sent = t.revise(sent, func(m *message, at string) { m.EditedOn = at })
				return nil
			}})
		}
		if m.Deleted != nil {
			steps = append(steps, step{*m.Deleted, m.Ago, name, ".deleted", func(t *thread) error {
				sent.Content, sent.Metadata, sent.EditedOn = textContent(""), nil, ""
				sent = t.revise(sent, func(m *message, at string) { m.DeletedOn = at })
				return nil
			}})
		}
	}
	slices.SortStableFunc(steps, func(a, b step) int { return cmp.Compare(b.ago, a.ago) })
	return steps
}

// sowMessage writes a message of the seed, or makes the change that it describes.
func (w *sower) sowMessage(t *thread, m SeedMessage) (message, error) {
	from, err := w.participant(t, m.From)
	if err != nil {
		return message{}, err
	}
	people, err := w.people(m.Participants)
	if err != nil {
		return message{}, err
	}
	t.caller = from
	switch m.Kind {
	case "", string(chatapi.ChatMessageTypeText), string(chatapi.ChatMessageTypeHTML):
		if len(m.Text) > maxContent {
			return message{}, errors.New("the text is too long")
		}
		sent := t.post(message{
			Type: cmp.Or(m.Kind, string(chatapi.ChatMessageTypeText)), Content: textContent(m.Text), SenderDisplayName: &m.DisplayName,
			Sender: new(identify(from)), Metadata: orderedMetadata(m.Metadata).attachmentsLast(),
		})
		t.received(sent)
		return sent, nil
	case string(chatapi.ChatMessageTypeTopicUpdated):
		p := t.properties()
		p.Topic = m.Text
		t.setProperties(p)
		sent := t.post(t.topicMessage(p.Topic))
		t.received(sent)
		return sent, nil
	case string(chatapi.ChatMessageTypeParticipantAdded):
		for _, p := range people {
			if t.place(p.Identifier.RawID) != 0 {
				return message{}, fmt.Errorf("%q is a participant already", p.Identifier.RawID)
			}
		}
		return t.join(people), nil
	case string(chatapi.ChatMessageTypeParticipantRemoved):
		if len(people) != 1 {
			return message{}, errors.New("one participant is removed at a time")
		}
		if _, err := w.participant(t, people[0].Identifier.RawID); err != nil {
			return message{}, err
		}
		place := t.place(people[0].Identifier.RawID)
		return t.leave(t.participant(place), place), nil
	}
	return message{}, fmt.Errorf("there is no kind %q", m.Kind)
}

func (w *sower) sowReceipt(t *thread, read message, r SeedReceipt) error {
	user, err := w.participant(t, r.User)
	if err != nil {
		return err
	}
	t.put(receiptsBucket, t.key(t.place(user)), encode(receipt{Sender: identify(user), MessageID: read.ID, ReadOn: timestamp(t.now)}))
	return nil
}

// people converts the participants of a seed.
func (w *sower) people(seeds []SeedParticipant) (people []participant, err error) {
	for i, p := range seeds {
		id, err := w.user(p.User)
		switch {
		case err != nil:
			return nil, fmt.Errorf("participants[%d]: %w", i, err)
		case containsUser(people, id):
			return nil, fmt.Errorf("participants[%d]: %q is named twice", i, p.User)
		}
		shared := int64(0)
		if p.ShareHistory != nil {
			shared = w.at(*p.ShareHistory)
		}
		people = append(people, participant{identify(id), p.DisplayName, timestamp(shared), orderedMetadata(p.Metadata)})
	}
	if len(people) > maxParticipantsPerThread {
		return nil, fmt.Errorf("there are more than %d participants", maxParticipantsPerThread)
	}
	return people, nil
}

// user finds a user of the seed.
func (w *sower) user(name string) (id string, err error) {
	id = w.s.SeededUser(name).ID
	if name == "" || !isUser(w.tx, id) {
		return "", fmt.Errorf("%q is not one of the users", name)
	}
	return id, nil
}

// participant finds a user who is a participant at the time of the step.
func (w *sower) participant(t *thread, name string) (id string, err error) {
	id, err = w.user(name)
	if err == nil && t.place(id) == 0 {
		err = fmt.Errorf("%q is not a participant at that time", name)
	}
	return id, err
}

// at converts to milliseconds since 1970.
func (w *sower) at(ago Ago) int64 {
	return w.now - time.Duration(ago).Milliseconds()
}

// orderedMetadata converts metadata, with its keys in alphabetical order.
func orderedMetadata(values map[string]string) (m metadata) {
	for _, key := range slices.Sorted(maps.Keys(values)) {
		m = append(m, entry{key, new(values[key])})
	}
	return m
}
