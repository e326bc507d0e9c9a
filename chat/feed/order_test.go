package feed_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/feed"
)

// lateWriter is a transport that hides messages from listings until they are to appear, as a slow machine of the service would.
type lateWriter struct {
	service *chattest.Service

	mu     sync.Mutex
	hidden map[string]time.Time // message ids and when they appear
}

// Do implements policy.Transporter.
func (l *lateWriter) Do(req *http.Request) (*http.Response, error) {
	resp, err := l.service.Transport().Do(req)
	if err != nil || req.Method != http.MethodGet || !strings.HasSuffix(req.URL.Path, "/messages") {
		return resp, err
	}
	return resp, hideFrom(resp, func(id string) bool {
		l.mu.Lock()
		defer l.mu.Unlock()
		return time.Now().Before(l.hidden[id])
	})
}

// hideFrom removes messages from a page of a listing.
func hideFrom(resp *http.Response, hidden func(id string) bool) error {
	var page map[string]json.RawMessage
	var items []json.RawMessage
	if err := json.NewDecoder(resp.Body).Decode(&page); err != nil {
		return err
	}
	if err := json.Unmarshal(page["value"], &items); err != nil {
		return err
	}
	items = slices.DeleteFunc(items, func(item json.RawMessage) bool {
		var m struct{ ID string }
		Expect(json.Unmarshal(item, &m)).To(Succeed())
		return hidden(m.ID)
	})
	value, err := json.Marshal(items)
	if err != nil {
		return err
	}
	page["value"] = value
	body, err := json.Marshal(page)
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	resp.Header.Set("Content-Length", fmt.Sprint(len(body)))
	return err
}

func (l *lateWriter) hide(id string, d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.hidden[id] = time.Now().Add(d)
}

// late makes Ana's client one whose listings are late.
func (r *room) late() *lateWriter {
	GinkgoHelper()
	l := &lateWriter{service: r.service, hidden: map[string]time.Time{}}
	options := r.service.ClientOptions()
	options.Transport = l
	client, err := chat.NewClient(r.service.Endpoint(), r.service.Credential(r.ana), options)
	Expect(err).NotTo(HaveOccurred())
	r.thread = client.ThreadClient(r.thread.ThreadID())
	return l
}

var _ = Describe("The order of changes", func() {
	It("has a message that appears late after those that were read before, once", func() {
		inRoom(func(r *room) {
			late := r.late()
			w := r.watch(&feed.Options{From: feed.Now, MaxInterval: time.Second})
			w.after(time.Second)
			late.hide(r.send("slow"), 9*time.Second)
			time.Sleep(time.Second)
			r.send("quick")
			Expect(w.after(5 * time.Second)).To(Equal([]string{"quick"}))
			Expect(w.after(time.Minute)).To(Equal([]string{"quick", "slow"}))
			time.Sleep(time.Second)
			r.send("next")
			Expect(w.after(time.Minute)).To(Equal([]string{"quick", "slow", "next"}))
			w.end()
		})
	})

	It("is kept by the cursors around a late message", func() {
		inRoom(func(r *room) {
			late := r.late()
			w := r.watch(&feed.Options{From: feed.Now, MaxInterval: time.Second})
			w.after(time.Second)
			slow := r.send("slow")
			late.hide(slow, 8*time.Second)
			time.Sleep(time.Second)
			r.send("quick")
			w.after(time.Minute)
			changes := w.end()
			Expect(texts(changes)).To(Equal([]string{"quick", "slow"}))
			for i := range changes {
				w := r.watch(&feed.Options{From: changes[i].Cursor})
				w.after(time.Minute)
				Expect(w.end()).To(HaveExactElements(changes[i+1:]))
			}
		})
	})
})
