package chattest

import (
	"bytes"

	"go.etcd.io/bbolt"

	"github.com/acschat/acs-chat-go/chat"
)

// User is a user of the service. Its ID encodes the time of its creation.
type User = chat.CommunicationUser

// NewUser creates a user.
func (s *Service) NewUser() User {
	return s.NewUsers(1)[0]
}

// NewUsers creates n users in one write.
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

// addUser creates a user in a transaction.
func (s *Service) addUser(tx *bbolt.Tx) (id string, err error) {
	bucket := tx.Bucket([]byte(usersBucket))
	counter, err := bucket.NextSequence()
	if err != nil {
		return "", err
	}
	id = userID(s.cloud, s.resource, s.node, s.Now(), counter)
	return id, bucket.Put([]byte(id), number(0))
}

// isUser reports whether a raw id is that of a user of this resource who was not deleted.
func isUser(tx *bbolt.Tx, rawID string) bool {
	return tx.Bucket([]byte(usersBucket)).Get([]byte(rawID)) != nil
}

// ForeignUser returns a user of another resource, which does not exist. Each call returns another one.
func (s *Service) ForeignUser() User {
	return User{ID: userID(s.cloud, newGUID(), s.node, s.Now(), 1)}
}

// Revoke revokes all tokens of the user, as the identity API does. Tokens issued afterwards are valid. Revoke does nothing if the user
// does not exist.
func (s *Service) Revoke(user User) {
	s.mustUpdate(func(tx *bbolt.Tx) error {
		if !isUser(tx, user.RawID()) {
			return nil
		}
		return s.revoke(tx, user.RawID())
	})
}

// revoke revokes the tokens of a user in a transaction.
func (s *Service) revoke(tx *bbolt.Tx, user string) error {
	bucket := tx.Bucket([]byte(usersBucket))
	// Tokens issued since the last revocation may have an iat in the future, see issueTime.
	next := lastNumber(bucket.Get([]byte(user))) + 1
	return bucket.Put([]byte(user), number(max(s.Now().Unix(), next)))
}

// DeleteUser deletes a user, as the identity API does: its tokens are revoked, it is removed from all threads without a message, and
// the messages it sent are deleted. DeleteUser does nothing if the user does not exist.
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

// threadsOf lists the threads in which the user is or was a participant.
func threadsOf(tx *bbolt.Tx, user string) (ids []string) {
	prefix := membership(user, "")
	c := tx.Bucket([]byte(membershipsBucket)).Cursor()
	for k, _ := c.Seek(prefix); bytes.HasPrefix(k, prefix); k, _ = c.Next() {
		ids = append(ids, string(k[len(prefix):]))
	}
	return ids
}

// forget removes a user and the messages it sent from the thread.
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

// membership is the key of a thread in the memberships of a user.
func membership(user, thread string) []byte {
	return []byte(user + "\x00" + thread)
}

// mustUpdate runs a write that fails only if the store does.
func (s *Service) mustUpdate(apply func(*bbolt.Tx) error) {
	if err := s.store.update(apply); err != nil {
		panic("chattest: " + err.Error())
	}
}
