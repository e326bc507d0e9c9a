package soak_test

import (
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

// pipeConn is one end of a connection in the process. Unlike that of net.Pipe it has buffers and can be reset, as a socket.
type pipeConn struct {
	in, out *pipeBuffer
	local   net.Addr
	remote  net.Addr
	once    sync.Once
	closed  func() // called by the first Close or reset
}

// newPipe returns both ends of a connection.
func newPipe(client, server net.Addr) (near, far *pipeConn) {
	up, down := newPipeBuffer(), newPipeBuffer()
	near = &pipeConn{in: down, out: up, local: client, remote: server}
	far = &pipeConn{in: up, out: down, local: server, remote: client}
	return near, far
}

func (c *pipeConn) Read(p []byte) (int, error) {
	n, err := c.in.read(p)
	return n, c.failed("read", err)
}

func (c *pipeConn) Write(p []byte) (int, error) {
	n, err := c.out.write(p)
	return n, c.failed("write", err)
}

func (c *pipeConn) failed(op string, err error) error {
	if err == nil || err == io.EOF { //nolint:errorlint // an unwrapped io.EOF ends a stream
		return err
	}
	return &net.OpError{Op: op, Net: "tcp", Source: c.local, Addr: c.remote, Err: err}
}

// Close ends the connection: the other end reads what was written, and then the end.
func (c *pipeConn) Close() error {
	c.end(net.ErrClosed, io.EOF, os.NewSyscallError("write", syscall.EPIPE))
	return nil
}

// reset ends the connection as an RST packet does: what the other end has not read is lost.
func (c *pipeConn) reset() {
	c.out.drop()
	lost := os.NewSyscallError("read", syscall.ECONNRESET)
	c.end(net.ErrClosed, lost, lost)
}

// end ends both directions: own is the error of this end, read and write are those of the other one.
func (c *pipeConn) end(own, read, write error) {
	c.once.Do(func() {
		c.in.finish(own, write)
		c.out.finish(read, own)
		if c.closed != nil {
			c.closed()
		}
	})
}

func (c *pipeConn) LocalAddr() net.Addr  { return c.local }
func (c *pipeConn) RemoteAddr() net.Addr { return c.remote }

func (c *pipeConn) SetDeadline(t time.Time) error {
	c.in.deadline(t, true)
	c.out.deadline(t, false)
	return nil
}

func (c *pipeConn) SetReadDeadline(t time.Time) error  { c.in.deadline(t, true); return nil }
func (c *pipeConn) SetWriteDeadline(t time.Time) error { c.out.deadline(t, false); return nil }

// pipeRoom is how many bytes may wait in one direction.
const pipeRoom = 64 << 10

// pipeBuffer is one direction of a connection.
type pipeBuffer struct {
	mu                  sync.Mutex // guards what follows
	changed             *sync.Cond
	data                []byte
	readEnd, writeEnd   error // nil: the direction is open. Reading ends after data
	readTime, writeTime time.Time
	readWake, writeWake *time.Timer
}

func newPipeBuffer() *pipeBuffer {
	b := &pipeBuffer{}
	b.changed = sync.NewCond(&b.mu)
	return b
}

func (b *pipeBuffer) read(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for {
		switch {
		case errors.Is(b.readEnd, net.ErrClosed), b.readEnd != nil && len(b.data) == 0:
			return 0, b.readEnd
		case expired(b.readTime):
			return 0, os.ErrDeadlineExceeded
		case len(b.data) > 0:
			n := copy(p, b.data)
			if b.data = b.data[n:]; len(b.data) == 0 {
				b.data = nil
			}
			b.changed.Broadcast()
			return n, nil
		case len(p) == 0:
			return 0, nil
		}
		b.changed.Wait()
	}
}

func (b *pipeBuffer) write(p []byte) (written int, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for {
		room := min(pipeRoom-len(b.data), len(p))
		switch {
		case b.writeEnd != nil:
			return written, b.writeEnd
		case expired(b.writeTime):
			return written, os.ErrDeadlineExceeded
		case room > 0:
			b.data = append(b.data, p[:room]...)
			written += room
			p = p[room:]
			b.changed.Broadcast()
		}
		if len(p) == 0 {
			return written, nil
		}
		if room <= 0 {
			b.changed.Wait()
		}
	}
}

func expired(t time.Time) bool { return !t.IsZero() && !time.Now().Before(t) }

// drop loses the bytes that were not read.
func (b *pipeBuffer) drop() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.data = nil
}

// finish ends the direction, unless it has ended.
func (b *pipeBuffer) finish(read, write error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.readEnd == nil || errors.Is(read, net.ErrClosed) {
		b.readEnd = read
	}
	if b.writeEnd == nil {
		b.writeEnd = write
	}
	for _, timer := range []*time.Timer{b.readWake, b.writeWake} {
		if timer != nil {
			timer.Stop()
		}
	}
	b.changed.Broadcast()
}

// deadline sets the time at which reads, or writes, end. The zero time is none.
func (b *pipeBuffer) deadline(t time.Time, reads bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	at, wake := &b.readTime, &b.readWake
	if !reads {
		at, wake = &b.writeTime, &b.writeWake
	}
	*at = t
	if *wake != nil {
		(*wake).Stop()
	}
	if !t.IsZero() {
		*wake = time.AfterFunc(time.Until(t), b.changed.Broadcast)
	}
	b.changed.Broadcast()
}
