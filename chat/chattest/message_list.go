package chattest

import (
	"bytes"
	"math"
	"strconv"
	"time"
)

const (
	standardMessagesPage = 10
	maxMessagesPage      = 200
)

// listMessages lists by version, newest first. A full page has a link, so that the last page may be empty.
func (c *call) listMessages(threadID string, maxPageSize *int32, startTime *time.Time) ([]byte, error) {
	size, err := pageSize(maxPageSize, standardMessagesPage, maxMessagesPage)
	if err != nil {
		return nil, err
	}
	seen, err := c.messagesCursor(threadID)
	if err != nil {
		return nil, err
	}
	start, err := c.startTime(startTime)
	if err != nil {
		return nil, err
	}
	var list page
	next := ""
	unlisted := c.s.Now().Add(-c.listingLag).UnixMilli() // messages sent after it are not listed yet
	err = c.view(threadID, func(t *thread) error {
		shared := t.sharedSince()
		t.messagesBelow(seen.oldest, func(version int64, item []byte) bool {
			if version < max(start, shared) || list.count == c.pageLimit(size) {
				return false
			}
			if shared > 0 && t.messageID(item) < shared || c.listingLag > 0 && t.messageID(item) > unlisted {
				return true
			}
			list.add(item)
			seen.pass(version)
			return true
		})
		if list.count == c.pageLimit(size) {
			next = c.nextLink("/chat/threads/"+threadID+"/messages",
				"syncState="+seen.encode(threadID), c.linkStart(startTime), "maxPageSize="+strconv.Itoa(size))
		}
		return nil
	})
	return list.end(next), err
}

// messagesBelow calls f with the messages below a version, newest first, until f returns false.
func (t *thread) messagesBelow(version int64, f func(version int64, item []byte) bool) {
	prefix := number(t.state.Number)
	c := t.tx.Bucket([]byte(messagesBucket)).Cursor()
	step := c.Prev
	if k, _ := c.Seek(t.key(version)); k == nil {
		step = c.Last
	}
	for k, v := step(); bytes.HasPrefix(k, prefix) && f(lastNumber(k), v); k, v = c.Prev() {
	}
}

// eachMessage calls f with every message.
func (t *thread) eachMessage(f func(message)) {
	t.messagesBelow(math.MaxInt64, func(_ int64, item []byte) bool {
		var m message
		t.read(item, &m)
		f(m)
		return true
	})
}

func (t *thread) messageID(item []byte) int64 {
	var m struct {
		ID string `json:"id"`
	}
	t.read(item, &m)
	return mustNumber(m.ID)
}

// startTime returns the start of a list in milliseconds since 1970: that of the request or, on a later page, that of the link. 0 lists
// everything.
func (c *call) startTime(given *time.Time) (int64, error) {
	text := c.query.Get("startTime")
	switch {
	case given != nil:
		return given.UnixMilli(), nil
	case text == "":
		return 0, nil
	}
	at, err := time.Parse(linkTime, text)
	if err != nil {
		return 0, badRequest()
	}
	return at.UnixMilli(), nil
}

// linkTime is the layout of a time in a link. The service writes whole seconds; here a fraction is kept.
const linkTime = "1/2/2006 3:04:05.999 PM -07:00"

// linkStart returns the start time for a link: that of the previous link, that of the request, or 1970.
func (c *call) linkStart(given *time.Time) string {
	text := c.query.Get("startTime")
	switch {
	case given != nil:
		text = given.UTC().Format(linkTime)
	case text == "":
		text = time.Unix(0, 0).UTC().Format(linkTime)
	}
	return "startTime=" + escape(text)
}
