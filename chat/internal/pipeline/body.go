package pipeline

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"sync"
)

// maxBody is the limit of a response in bytes, twice the largest page: 200 messages of 28 KB with every character escaped.
const maxBody = 64 << 20

// maxErrorBody is the limit of an error response in bytes. The rest is dropped.
const maxErrorBody = 1 << 20

// maxPooled is the capacity of the largest buffer that is kept for reuse.
const maxPooled = 8 << 20

// bufferedBody is a body in a buffer of a pool, to which Close returns it. Only then it closes the body it was read from: over HTTP/2
// that waits for the end of the stream, which arrives while the response is decoded.
type bufferedBody struct {
	bytes.Reader
	buffer *bytes.Buffer
	pool   *sync.Pool
	source io.Closer
}

// readResponse reads the body of a response into memory.
func (t *transport) readResponse(resp *http.Response) error {
	if resp.Body == nil {
		resp.Body = http.NoBody // a fake may leave it nil, net/http does not
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
		limit = min(limit, resp.ContentLength) // reading up to the end of the stream would wait for another frame
	}
	n, err := buffer.ReadFrom(io.LimitReader(resp.Body, limit))
	body := &bufferedBody{buffer: buffer, pool: &t.buffers, source: resp.Body}
	if err != nil || n == limit && n != resp.ContentLength { // the rest is not read
		body.source = http.NoBody
		_ = resp.Body.Close()
	}
	body.Reset(buffer.Bytes())
	resp.Body = body
	switch {
	case resp.StatusCode >= http.StatusBadRequest:
		return nil // the status matters, even if the text that explains it is incomplete
	case n > maxBody:
		err = Final{fmt.Errorf("the body is larger than %d MiB", maxBody>>20)}
	case err == nil && n < resp.ContentLength:
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
	if b.buffer.Cap() <= maxPooled {
		b.buffer.Reset()
		b.pool.Put(b.buffer)
	}
	b.buffer = nil
	return b.source.Close()
}

// Body returns the body of a response. It is valid until the body is closed.
func Body(resp *http.Response) []byte {
	if body, ok := resp.Body.(*bufferedBody); ok && body.buffer != nil {
		return body.buffer.Bytes()
	}
	if resp.Body == nil {
		return nil
	}
	// A policy has replaced the body.
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody))
	if err != nil {
		return nil
	}
	return body
}
