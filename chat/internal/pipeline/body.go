package pipeline

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"sync"
)

// maxBody is the limit of a response in bytes. The largest page is 200 messages of 28 KB, 6 MB unless every character is escaped.
const maxBody = 32 << 20

// MaxErrorBody is the limit of an error response in bytes. The rest is dropped.
const MaxErrorBody = 128 << 10

// maxPooled is the capacity of the largest buffer that is kept for reuse.
const maxPooled = 8 << 20

// buffer is a buffer of a pool.
type buffer struct{ bytes []byte }

// readFrom reads up to limit bytes. Unlike bytes.Buffer it never has more capacity than limit.
func (b *buffer) readFrom(r io.Reader, limit int) error {
	const least = 4 << 10
	for len(b.bytes) < limit {
		if len(b.bytes) == cap(b.bytes) {
			next := max(least, 2*cap(b.bytes))
			if next > limit/2 {
				next = limit
			}
			grown := make([]byte, len(b.bytes), next)
			copy(grown, b.bytes)
			b.bytes = grown
		}
		n, err := r.Read(b.bytes[len(b.bytes):min(limit, cap(b.bytes))])
		b.bytes = b.bytes[:len(b.bytes)+n]
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		}
	}
	return nil
}

// bufferedBody is a body in a buffer, which Close returns to the pool. Only then it closes the body it was read from: over HTTP/2
// that waits for the end of the stream, which arrives while the response is decoded.
type bufferedBody struct {
	bytes.Reader
	buffer *buffer
	pool   *sync.Pool
	source io.Closer
	limit  *timeLimit // of the attempt; nil while the transport has not returned the response
}

// readResponse reads the body of a response into memory.
func (t *transport) readResponse(resp *http.Response) error {
	if resp.Body == nil {
		resp.Body = http.NoBody // a fake may leave it nil, net/http does not
	}
	if resp.Body == http.NoBody {
		return nil
	}
	read, _ := t.buffers.Get().(*buffer)
	if read == nil {
		read = new(buffer)
	}
	limit, isError := maxBody+1, resp.StatusCode >= http.StatusBadRequest
	if isError {
		limit = MaxErrorBody
	}
	length, sized := int(min(resp.ContentLength, maxBody+1)), resp.ContentLength > 0
	if sized {
		if n := min(length, maxPooled); n > cap(read.bytes) {
			read.bytes = make([]byte, 0, n)
		}
		limit = min(limit, length) // reading up to the end of the stream would wait for another frame
	}
	var err error
	if isError || length <= maxBody {
		err = read.readFrom(resp.Body, limit)
	}
	n := len(read.bytes)
	body := &bufferedBody{buffer: read, pool: &t.buffers, source: resp.Body}
	if err != nil || n == limit && int64(n) != resp.ContentLength || length > maxBody { // the rest is not read
		body.source = http.NoBody
		_ = resp.Body.Close()
	}
	body.Reset(read.bytes)
	resp.Body = body
	switch {
	case isError:
		return nil // the status matters, even if the text that explains it is incomplete
	case n > maxBody, length > maxBody:
		err = Final{fmt.Errorf("the body is larger than %d MiB", maxBody>>20)}
	case err == nil && sized && n < length:
		err = io.ErrUnexpectedEOF // not every transport reports that
	}
	if err != nil {
		_ = body.Close()
		return fmt.Errorf("read the response (status %d): %w", resp.StatusCode, err)
	}
	return nil
}

// Close returns the buffer to the pool. After that the body is empty, for example for azcore's response capture.
func (b *bufferedBody) Close() error {
	if b.buffer == nil {
		return nil
	}
	b.Reset(nil)
	if cap(b.buffer.bytes) <= maxPooled {
		b.buffer.bytes = b.buffer.bytes[:0]
		b.pool.Put(b.buffer)
	}
	b.buffer = nil
	err := b.source.Close()
	b.limit.stop()
	return err
}

// Body returns the body of a response. It is valid until the body is closed.
func Body(resp *http.Response) []byte {
	if body, ok := resp.Body.(*bufferedBody); ok && body.buffer != nil {
		return body.buffer.bytes
	}
	if resp.Body == nil {
		return nil
	}
	// A policy has replaced the body.
	var replaced buffer
	if err := replaced.readFrom(resp.Body, maxBody); err != nil {
		return nil
	}
	return replaced.bytes
}
