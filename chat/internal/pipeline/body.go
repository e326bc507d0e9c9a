package pipeline

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"sync"
)

// maxBody bounds an answer: the largest page, 200 messages of 28 KB each escaped to the utmost, is half of it.
const maxBody = 64 << 20

// maxErrorBody bounds the words of a refusal.
const maxErrorBody = 1 << 20

// maxPooled is the largest buffer that is kept for the next answer.
const maxPooled = 8 << 20

// bufferedBody is a body in memory that is borrowed from a pool until it is closed. It closes the one that it was read from no
// earlier: over HTTP/2 that waits for the end of the stream, which comes while the answer is decoded.
type bufferedBody struct {
	bytes.Reader
	buffer *bytes.Buffer
	pool   *sync.Pool
	source io.Closer
}

// readBody replaces the body of an answer by one in memory.
func (t *transport) readBody(resp *http.Response) error {
	if resp.Body == nil {
		resp.Body = http.NoBody // net/http never does that, but fakes do
	}
	if resp.Body == http.NoBody {
		return nil
	}
	buffer, _ := t.buffers.Get().(*bytes.Buffer)
	if buffer == nil {
		buffer = new(bytes.Buffer)
	}
	limit := int64(maxBody + 1)
	if resp.StatusCode >= http.StatusBadRequest {
		limit = maxErrorBody
	}
	if n := min(resp.ContentLength, maxPooled); n > 0 {
		buffer.Grow(int(n) + bytes.MinRead)
		limit = min(limit, resp.ContentLength) // whoever looks for an end behind it waits for a frame
	}
	n, err := buffer.ReadFrom(io.LimitReader(resp.Body, limit))
	body := &bufferedBody{buffer: buffer, pool: &t.buffers, source: resp.Body}
	if err != nil || n == limit && n != resp.ContentLength { // there is more, which nobody wants
		body.source = http.NoBody
		_ = resp.Body.Close()
	}
	body.Reset(buffer.Bytes())
	resp.Body = body
	switch {
	case resp.StatusCode >= http.StatusBadRequest:
		return nil // the status is what counts, and the words that came with it are better than none
	case n > maxBody:
		err = Final{fmt.Errorf("it is larger than %d MiB", maxBody>>20)}
	case err == nil && n < resp.ContentLength:
		err = io.ErrUnexpectedEOF // a transport that is not net/http's may not tell
	}
	if err != nil {
		_ = body.Close()
		return fmt.Errorf("read the answer (status %d): %w", resp.StatusCode, err)
	}
	return nil
}

// Close gives the memory back. What is read afterwards, through azcore's response capture for example, is empty.
func (b *bufferedBody) Close() error {
	if b.buffer == nil {
		return nil
	}
	b.Reset(nil)
	if b.buffer.Cap() <= maxPooled {
		b.buffer.Reset()
		b.pool.Put(b.buffer)
	}
	b.buffer = nil
	return b.source.Close()
}

// Body is the body of an answer. It is valid until the body is closed.
func Body(resp *http.Response) []byte {
	if body, ok := resp.Body.(*bufferedBody); ok && body.buffer != nil {
		return body.buffer.Bytes()
	}
	if resp.Body == nil {
		return nil
	}
	// A policy of azcore's or of the caller's has put its own body in place.
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody))
	if err != nil {
		return nil
	}
	return body
}
