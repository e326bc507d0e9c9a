package chattest

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"go.etcd.io/bbolt"
)

// call is one authorized request. The operations are its methods.
type call struct {
	s      *Service
	user   string     // the raw id of the caller, for the chat API
	person EntraToken // the token to exchange, for the exchanges of a person
	base   string     // scheme and host that the caller used
	query  url.Values // as received; the first value of a parameter is used, which is that of a next link
	body   []byte

	shortPage  int           // the maximum number of items on a page, set by a fault; 0 means no limit
	listingLag time.Duration // the time until a new message is listed
	clockSkew  time.Duration // the time by which a fault moves the clock for signed requests
}

type callKey struct{}

// attach returns the request for the generated code. It removes from the query what that code rejects: second values of a parameter, and
// startTime in a next link, which does not have the form of the contract.
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

// view runs f on a thread if the caller is a participant.
func (c *call) view(threadID string, f func(*thread) error) error {
	return c.s.store.view(func(tx *bbolt.Tx) error {
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

// update runs f on a thread if the caller is a participant, and commits. If f returns a refusal, it must not have written.
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

// threadLocation is the URL of a thread. Colons are encoded, the at sign is not.
func (c *call) threadLocation(id string) string {
	return c.base + "/chat/threads/" + strings.ReplaceAll(id, ":", "%3A")
}

// nextLink makes the link to the next page, with parameters in the order of the service and the thread id unescaped.
func (c *call) nextLink(path string, parameters ...string) string {
	return c.base + path + "?" + strings.Join(append(parameters, "api-version="+escape(c.query.Get("api-version"))), "&")
}

// escape encodes a query value as the service does, with a space as %20.
func escape(value string) string {
	return strings.ReplaceAll(url.QueryEscape(value), "+", "%20")
}

// pageSize returns the requested page size, at most most, or standard if none is requested.
func pageSize(asked *int32, standard, most int) (int, error) {
	if asked == nil {
		return standard, nil
	}
	if *asked < 1 {
		return 0, badRequest()
	}
	return min(int(*asked), most), nil
}

// pageLimit is the number of items on a page of a given size. A fault may lower it.
func (c *call) pageLimit(size int) int {
	if c.shortPage > 0 {
		return min(size, c.shortPage)
	}
	return size
}
