package chattest

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"go.etcd.io/bbolt"
)

// call is one request of somebody known. The operations are its methods.
type call struct {
	s      *Service
	user   string     // who chats, a raw id
	person EntraToken // who exchanges this token
	base   string     // scheme and host that the caller used
	query  url.Values // as it came: of a doubled parameter the first value counts, which is the one of a next link
	body   []byte

	shortPage int           // how many items a fault leaves a page, 0 for all of them
	clockSkew time.Duration // how far a fault sets the clock ahead that dates signed requests
}

type callKey struct{}

// attach makes the request that goes to the generated code. What that does not understand of the query is left out:
// second values, and in a next link startTime, which is not a date as the contract has it.
func (c *call) attach(r *http.Request) *http.Request {
	query := make(url.Values, len(c.query))
	for name, values := range c.query {
		if name != "startTime" || !c.query.Has("syncState") {
			query[name] = values[:1]
		}
	}
	r = r.WithContext(context.WithValue(r.Context(), callKey{}, c))
	r.URL = &url.URL{Path: r.URL.Path, RawPath: r.URL.RawPath, RawQuery: query.Encode()}
	return r
}

func callOf(r *http.Request) *call {
	return r.Context().Value(callKey{}).(*call)
}

// view runs f on a thread that the caller is in.
func (c *call) view(threadID string, f func(*thread) error) error {
	return c.s.store.db.View(func(tx *bbolt.Tx) error {
		t, err := openThread(tx, threadID, c.user, c.s.Now())
		if err != nil {
			return err
		}
		if err := f(t); err != nil {
			return err
		}
		return t.err
	})
}

// update runs f on a thread that the caller is in, and commits. An f that refuses must not have written.
func (c *call) update(threadID string, f func(*thread) error) error {
	return c.s.store.update(func(tx *bbolt.Tx) error {
		t, err := openThread(tx, threadID, c.user, c.s.Now())
		if err != nil {
			return err
		}
		if err := f(t); err != nil {
			return err
		}
		return c.s.saveThread(t)
	})
}

// threadLocation is where a thread is: colons encoded, the at sign not.
func (c *call) threadLocation(id string) string {
	return c.base + "/chat/threads/" + strings.ReplaceAll(id, ":", "%3A")
}

// nextLink makes the link to the next page. The service writes parameters in its own order, and the thread id raw.
func (c *call) nextLink(path string, parameters ...string) string {
	return c.base + path + "?" + strings.Join(append(parameters, "api-version="+escape(c.query.Get("api-version"))), "&")
}

// escape encodes a query value as the service does, a blank as %20.
func escape(value string) string {
	return strings.ReplaceAll(url.QueryEscape(value), "+", "%20")
}

// pageSize reads the size of a page: standard when the caller gives none, and never above most.
func pageSize(asked *int32, standard, most int) (int, error) {
	if asked == nil {
		return standard, nil
	}
	if *asked < 1 {
		return 0, badRequest()
	}
	return min(int(*asked), most), nil
}

// pageLimit is how many items go on a page of a size.
func (c *call) pageLimit(size int) int {
	if c.shortPage > 0 {
		return min(size, c.shortPage)
	}
	return size
}
