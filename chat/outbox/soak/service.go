package main

import (
	"context"
	"fmt"
	"time"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/identity"
	"github.com/acschat/acs-chat-go/chat/limits"
)

// service is how a process reaches the emulator.
type service struct{ Endpoint, ConnectionString string }

// newLimiter returns a limiter with the windows of the emulator. A nil store is the memory of the process.
func newLimiter(store limits.Store) *limits.Limiter {
	return limits.New(&limits.Options{Store: store, Adjust: func(l limits.Limit) limits.Limit {
		l.Per /= divisor
		return l
	}})
}

// identity returns a client that creates users and issues tokens.
func (s service) identity(limiter chat.Limiter) (*identity.Client, error) {
	options := &identity.ClientOptions{Limiter: limiter}
	options.InsecureAllowCredentialWithHTTP = true
	return identity.NewClientFromConnectionString(s.ConnectionString, options)
}

// fleet returns the clients of the users.
func (s service) fleet(limiter chat.Limiter) (*chat.Fleet, error) {
	tokens, err := s.identity(limiter)
	if err != nil {
		return nil, err
	}
	options := &chat.FleetOptions{}
	options.Limiter = limiter
	options.InsecureAllowCredentialWithHTTP = true
	options.Retry.RetryDelay, options.Retry.MaxRetryDelay = 800*time.Millisecond/divisor, time.Minute/divisor
	return chat.NewFleet(s.Endpoint, tokens.MintFunc([]identity.Scope{identity.ScopeChat}, nil), options)
}

// room has the users and the threads of a run. All users are in all threads.
type room struct {
	users   []chat.CommunicationUser
	threads []string
	fleet   *chat.Fleet
}

// newRoom creates users and threads.
func newRoom(ctx context.Context, s service, p *plan) (*room, error) {
	limiter := newLimiter(nil)
	users, err := s.identity(limiter)
	if err != nil {
		return nil, err
	}
	r := &room{}
	if r.fleet, err = s.fleet(limiter); err != nil {
		return nil, err
	}
	var participants []chat.Participant
	for range p.Users {
		user, err := users.CreateUser(ctx, nil)
		if err != nil {
			return nil, err
		}
		r.users = append(r.users, user)
		participants = append(participants, chat.Participant{Identifier: user})
	}
	for i := range p.Threads {
		created, err := r.fleet.As(r.users[0]).CreateThread(ctx, fmt.Sprint("Order ", i), &chat.CreateThreadOptions{Participants: participants[1:]})
		if err != nil {
			return nil, err
		}
		r.threads = append(r.threads, created.Thread.ID)
	}
	return r, nil
}

// faults are the losses: one reply in ten and one connection in ten, of requests to send and of searches. The second fault of an operation
// does not see what the first hits. Some searches do not show the newest messages.
func faults() []map[string]any {
	const send, list = "SendChatMessage", "ListChatMessages"
	lag := (9 * time.Second / divisor).String() // below that of SendMessageOnce
	return []map[string]any{
		{"operation": send, "loseReply": true, "every": 10},
		{"operation": send, "loseRequest": true, "every": 9},
		{"operation": list, "loseReply": true, "every": 10},
		{"operation": list, "loseRequest": true, "every": 9},
		{"operation": list, "listingLag": lag, "every": 20},
	}
}
