package chattest

import (
	"slices"
	"strings"
	"time"
)

// Connection describes an open real-time connection of a client.
type Connection struct {
	ID    string // of the allocation, which may outlive a socket
	User  User
	Since time.Time // by the clock of the service
	// Registered reports whether events are delivered to it now. Before its first registration they are held.
	Registered bool
	// Delivered is the number of events sent over it. Answered is the number of those that the client answered with 200, and Refused the
	// number that it answered with another status, such as 404 for an event that it could not read.
	Delivered, Answered, Refused int
}

// Connections lists the open real-time connections, the oldest first.
func (s *Service) Connections() []Connection {
	s.realtime.mu.Lock()
	defer s.realtime.mu.Unlock()
	var list []Connection
	for _, open := range s.realtime.sockets {
		for _, sock := range open {
			list = append(list, sock.connectionValue())
		}
	}
	slices.SortFunc(list, func(a, b Connection) int {
		if order := a.Since.Compare(b.Since); order != 0 {
			return order
		}
		return strings.Compare(a.ID, b.ID)
	})
	return list
}

// connectionValue is called with realtime.mu held.
func (s *socket) connectionValue() Connection {
	s.mu.Lock()
	defer s.mu.Unlock()
	return Connection{
		ID: s.connection, User: User{ID: s.user}, Since: s.since, Registered: time.Now().Before(s.registered),
		Delivered: s.sent, Answered: s.answered, Refused: s.refused,
	}
}

// DropConnections breaks the open real-time connections of the given users, or all connections without arguments, without a closing
// handshake. Clients are expected to reconnect.
func (s *Service) DropConnections(users ...User) {
	s.realtime.mu.Lock()
	defer s.realtime.mu.Unlock()
	for user, open := range s.realtime.sockets {
		if len(users) == 0 || slices.ContainsFunc(users, func(u User) bool { return u.RawID() == user }) {
			for _, sock := range open {
				sock.end()
			}
		}
	}
}
