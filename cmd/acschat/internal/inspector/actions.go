package inspector

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
)

// tokenLife is the lifetime of tokens that the page issues.
const tokenLife = 24 * time.Hour

// createUser creates a user.
func (p *page) createUser(w http.ResponseWriter, r *http.Request) {
	p.service.NewUser()
	p.done(w, r)
}

// issueToken answers with a token of a user, as plain text.
func (p *page) issueToken(w http.ResponseWriter, r *http.Request) {
	user, err := p.user(r.PostFormValue("user"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, p.service.Token(user, tokenLife))
}

func (p *page) user(id string) (chattest.User, error) {
	users := p.service.Users()
	i := slices.IndexFunc(users, func(u chattest.User) bool { return u.ID == id })
	if i < 0 {
		return chattest.User{}, errors.New("there is no such user")
	}
	return users[i], nil
}

// sendMessage sends a message as one of the participants, by a request that the log keeps as every other.
func (p *page) sendMessage(w http.ResponseWriter, r *http.Request) {
	user, err := p.user(r.PostFormValue("from"))
	if err == nil {
		err = p.send(r, user, r.PostFormValue("to"), r.PostFormValue("content"))
	}
	if err != nil {
		http.Error(w, p.safe(err.Error()), http.StatusBadRequest)
		return
	}
	p.done(w, r)
}

func (p *page) send(r *http.Request, user chattest.User, threadID, content string) error {
	credential, err := chat.NewStaticTokenCredential(chat.AccessToken{Token: p.service.Token(user, tokenLife)})
	if err != nil {
		return err
	}
	defer credential.Close()
	options := &chat.ClientOptions{}
	options.Transport, options.InsecureAllowCredentialWithHTTP = p.service.Transport(), true
	options.Retry.MaxRetries = -1 // a fault that is on shows
	client, err := chat.NewClient(p.service.Endpoint(), credential, options)
	if err != nil {
		return err
	}
	defer client.Close()
	name := ""
	for _, member := range p.service.Participants(threadID) {
		if rawID(member.Identifier) == user.ID {
			name = member.DisplayName
		}
	}
	_, err = client.ThreadClient(threadID).SendMessage(r.Context(), content, &chat.SendMessageOptions{SenderDisplayName: name})
	return err
}

// sendView is the form that sends a message to the thread that is shown.
type sendView struct {
	ThreadID string // "" if no message can be sent
	Topic    string
	From     []participantView
	CSRF     string
	Query    string
}

func (p *page) viewSend(g selection, t threadView) sendView {
	v := sendView{CSRF: p.csrf, Query: g.Query()}
	if t.ID != "" && !t.Unknown && !t.Deleted && len(t.Participants) > 0 {
		v.ThreadID, v.Topic, v.From = t.ID, t.Topic, t.Participants
	}
	return v
}

// reset deletes everything.
func (p *page) reset(w http.ResponseWriter, r *http.Request) {
	p.service.Reset()
	p.done(w, r)
}

// kept is the snapshot that was taken from the page.
type kept struct {
	mu    sync.Mutex // guards state and at
	state *chattest.Snapshot
	at    time.Time // on the clock of the machine, zero if there is none
}

func (p *page) takeSnapshot(w http.ResponseWriter, r *http.Request) {
	state := p.service.Snapshot()
	p.kept.mu.Lock()
	p.kept.state, p.kept.at = state, time.Now()
	p.kept.mu.Unlock()
	p.done(w, r)
}

func (p *page) restoreSnapshot(w http.ResponseWriter, r *http.Request) {
	p.kept.mu.Lock()
	state := p.kept.state
	p.kept.mu.Unlock()
	if state == nil {
		http.Error(w, "there is no snapshot", http.StatusBadRequest)
		return
	}
	p.service.Restore(state)
	p.done(w, r)
}

// snapshotView says when the snapshot was taken.
type snapshotView struct {
	At    string // "" if there is none
	CSRF  string
	Query string
}

func (p *page) viewSnapshot(g selection) snapshotView {
	p.kept.mu.Lock()
	defer p.kept.mu.Unlock()
	v := snapshotView{CSRF: p.csrf, Query: g.Query()}
	if !p.kept.at.IsZero() {
		v.At = fmt.Sprintf("%s UTC", p.kept.at.UTC().Format(time.TimeOnly))
	}
	return v
}
