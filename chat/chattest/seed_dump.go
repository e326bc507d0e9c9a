package chattest

import (
	"cmp"
	"slices"
	"time"

	"go.etcd.io/bbolt"

	"github.com/acschat/acs-chat-go/gen/chatapi"
)

// Dump returns the present state as a seed, with ids in place of names. A service that starts with it has the same users, threads,
// participants, texts and receipts, with all times relative to its own start. Messages get new ids, versions and sequence ids. A seed does
// not contain earlier texts and topics, revocations, tenants of Entra users and repeatability ids; [Service.Snapshot] contains all of them.
func (s *Service) Dump() *Seed {
	d := &dumper{now: s.Now().UnixMilli(), seed: &Seed{}}
	s.mustView(func(tx *bbolt.Tx) error {
		d.tx = tx
		_ = tx.Bucket([]byte(usersBucket)).ForEach(func(id, _ []byte) error {
			d.seed.Users = append(d.seed.Users, string(id))
			return nil
		})
		return tx.Bucket([]byte(propertiesBucket)).ForEach(func(_, item []byte) error {
			t := &thread{tx: tx, id: stored[threadProperties](item).ID}
			t.load()
			d.seed.Threads = append(d.seed.Threads, d.thread(t))
			return t.err
		})
	})
	return d.seed
}

// dumper reads a seed from the store in a transaction.
type dumper struct {
	tx   *bbolt.Tx
	now  int64 // milliseconds since 1970
	seed *Seed
}

func (d *dumper) thread(t *thread) SeedThread {
	p := t.properties()
	st := SeedThread{ID: p.ID, Topic: p.Topic, CreatedBy: d.user(p.CreatedBy.RawID), Metadata: p.Metadata.value()}
	if days := p.RetentionPolicy.DeleteThreadAfterDays; days != nil {
		st.RetentionDays = *days
	}
	if t.state.Deleted != 0 {
		st.Deleted = new(d.ago(t.state.Deleted))
	}
	var messages []message
	t.eachMessage(func(m message) { messages = append(messages, m) })
	slices.SortFunc(messages, func(a, b message) int { return cmp.Compare(mustNumber(a.ID), mustNumber(b.ID)) })
	for i, m := range messages {
		dumped := d.message(t, m)
		switch {
		case i == 0 && dumped.Kind == string(chatapi.ChatMessageTypeParticipantAdded): // the creation
			st.Ago, st.Participants = d.ago(mustNumber(m.ID)+topicDelay), dumped.Participants
		case i == 1 && dumped.Kind == string(chatapi.ChatMessageTypeTopicUpdated):
			st.Topic = dumped.Text
		default:
			st.Messages = append(st.Messages, dumped)
		}
	}
	d.addReceipts(t, messages[len(messages)-len(st.Messages):], st.Messages)
	return st
}

func (d *dumper) message(t *thread, m message) SeedMessage {
	v := m.value()
	dumped := SeedMessage{
		Kind: m.Type, From: d.user(m.initiator()), DisplayName: v.SenderDisplayName, Text: cmp.Or(v.Content.Message, v.Content.Topic),
		Metadata: v.Metadata, Ago: d.ago(mustNumber(m.ID)),
	}
	changed := new(d.ago(mustNumber(m.Version)))
	if m.EditedOn != "" {
		dumped.Edited = changed
	}
	if m.DeletedOn != "" {
		dumped.Deleted = changed
	}
	for _, p := range m.about().Participants {
		dumped.Participants = append(dumped.Participants, d.participant(t, p))
	}
	return dumped
}

// participant converts a participant who joined or left. What the message does not contain is taken from the present participants.
func (d *dumper) participant(t *thread, p participant) SeedParticipant {
	dumped := SeedParticipant{User: d.user(p.Identifier.RawID), DisplayName: p.DisplayName}
	if place := t.place(p.Identifier.RawID); place != 0 {
		dumped.Metadata = t.participant(place).Metadata.value()
	}
	if shared := p.sharedSince(); shared != 0 {
		dumped.ShareHistory = new(d.ago(shared))
	}
	return dumped
}

// addReceipts adds the receipts to the messages they refer to. Receipts for messages that the seed does not contain are dropped.
func (d *dumper) addReceipts(t *thread, messages []message, dumped []SeedMessage) {
	t.eachPlace(receiptsBucket, func(item []byte) bool {
		r := stored[receipt](item)
		if i := slices.IndexFunc(messages, func(m message) bool { return m.ID == r.MessageID }); i >= 0 {
			at := max(instant(r.ReadOn).UnixMilli(), mustNumber(r.MessageID)) // ReadOn has no fraction of a second
			dumped[i].ReadBy = append(dumped[i].ReadBy, SeedReceipt{User: d.user(r.Sender.RawID), Ago: d.ago(at)})
		}
		return true
	})
}

// user returns the id of a user, and lists the user in DeletedUsers if it was deleted.
func (d *dumper) user(id string) string {
	if !isUser(d.tx, id) && !slices.Contains(d.seed.DeletedUsers, id) {
		d.seed.DeletedUsers = append(d.seed.DeletedUsers, id)
	}
	return id
}

// ago returns how long ago a time was, 0 for a later time: the clock may have been moved back since.
func (d *dumper) ago(ms int64) Ago {
	return Ago(time.Duration(max(d.now-ms, 0)) * time.Millisecond)
}

// initiator returns the raw id of the user who sent a message, or caused it.
func (m message) initiator() string {
	if m.Sender != nil {
		return m.Sender.RawID
	}
	return m.about().Initiator.RawID
}
