package chattest

import (
	"bytes"

	"go.etcd.io/bbolt"

	"github.com/acschat/acs-chat-go/chat"
)

// User is a user of the service. Its ID encodes when it was made.
type User = chat.CommunicationUser

// NewUser makes a user.
func (s *Service) NewUser() User {
	return s.NewUsers(1)[0]
}

// NewUsers makes n users, with one write.
func (s *Service) NewUsers(n int) []User {
	users := make([]User, n)
	s.mustUpdate(func(tx *bbolt.Tx) error {
		for i := range users {
			id, err := s.addUser(tx)
			if err != nil {
				return err
			}
			users[i] = User{ID: id}
		}
		return nil
	})
	return users
}

// addUser makes a user in a transaction.
func (s *Service) addUser(tx *bbolt.Tx) (id string, err error) {
	bucket := tx.Bucket([]byte(usersBucket))
	counter, err := bucket.NextSequence()
	if err != nil {
		return "", err
	}
	id = userID(s.cloud, s.resource, s.node, s.Now(), counter)
	return id, bucket.Put([]byte(id), number(0))
}

// isUser reports whether somebody is a user of this resource who was not deleted.
func isUser(tx *bbolt.Tx, rawID string) bool {
	return tx.Bucket([]byte(usersBucket)).Get([]byte(rawID)) != nil
}

// ForeignUser makes up the id of a user of another resource. Nobody has that resource.
func (s *Service) ForeignUser() User {
	return User{ID: userID(s.cloud, newGUID(), s.node, s.Now(), 1)}
}

// Revoke ends every token that the user has, as the identity API does. Tokens made afterwards are good. Someone who
// is not a user of this service has none, and nothing happens.
func (s *Service) Revoke(user User) {
	s.mustUpdate(func(tx *bbolt.Tx) error {
		if !isUser(tx, user.RawID()) {
			return nil
		}
		return s.revoke(tx, user.RawID())
	})
}

// revoke ends the tokens of a user in a transaction.
func (s *Service) revoke(tx *bbolt.Tx, user string) error {
	bucket := tx.Bucket([]byte(usersBucket))
	// Tokens made since the last time may bear a second that is still to come.
	next := lastNumber(bucket.Get([]byte(user))) + 1
	return bucket.Put([]byte(user), number(max(s.Now().Unix(), next)))
}

// DeleteUser deletes a user as the identity API does: its tokens end, it leaves every thread without a message about it,
// and the messages it sent are gone. Its id is from then on that of nobody. A second call does nothing.
func (s *Service) DeleteUser(user User) {
	s.mustUpdate(func(tx *bbolt.Tx) error { return s.deleteUser(tx, user.RawID()) })
}

// deleteUser deletes a user in a transaction.
func (s *Service) deleteUser(tx *bbolt.Tx, user string) error {
	for _, id := range threadsOf(tx, user) {
		t := &thread{tx: tx, id: id, now: s.Now().UnixMilli()}
		t.load()
		t.forget(user)
		if err := t.save(); err != nil {
			return err
		}
	}
	return tx.Bucket([]byte(usersBucket)).Delete([]byte(user))
}

// threadsOf lists the threads that the user is in or was in.
func threadsOf(tx *bbolt.Tx, user string) (ids []string) {
	prefix := membership(user, "")
	c := tx.Bucket([]byte(membershipsBucket)).Cursor()
	for k, _ := c.Seek(prefix); bytes.HasPrefix(k, prefix); k, _ = c.Next() {
		ids = append(ids, string(k[len(prefix):]))
	}
	return ids
}

// forget removes a user from the thread, with every message that it sent.
func (t *thread) forget(user string) {
	if place := t.place(user); place != 0 {
		t.removePlace(user, place)
	}
	t.delete(membershipsBucket, membership(user, t.id))
	var sent []message
	t.eachMessage(func(m message) {
		if m.Sender != nil && m.Sender.RawID == user {
			sent = append(sent, m)
		}
	})
	for _, m := range sent {
		t.dropMessage(m)
	}
}

// membership is the key under which a user finds a thread.
func membership(user, thread string) []byte {
	return []byte(user + "\x00" + thread)
}

// mustUpdate writes what has no other reason to fail than the store.
func (s *Service) mustUpdate(apply func(*bbolt.Tx) error) {
	if err := s.store.update(apply); err != nil {
		panic("chattest: " + err.Error())
	}
}
