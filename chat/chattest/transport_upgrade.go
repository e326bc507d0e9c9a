package chattest

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
)

// isUpgrade reports whether a request asks for a WebSocket.
func isUpgrade(req *http.Request) bool {
	return strings.EqualFold(req.Header.Get("Upgrade"), "websocket")
}

// upgrade serves a request for a WebSocket in a goroutine, which ends with the socket. The body of the response is the client's end.
func (t *Transport) upgrade(req *http.Request) (*http.Response, error) {
	client, server := net.Pipe()
	u := &upgradeReply{reply: newReply(), server: server, hijacked: make(chan struct{})}
	served := make(chan bool, 1)
	go func() { served <- t.s.serveTo(u, arrival(req)) }()
	ctx := req.Context()
	select {
	case <-u.hijacked:
	case whole := <-served:
		if u.isHijacked() { // the socket may have ended already
			break
		}
		_, _ = client.Close(), server.Close()
		if !whole && u.status == 0 {
			return nil, fmt.Errorf("chattest: connection closed before the reply: %w", io.EOF)
		}
		return u.received(req, whole), nil
	case <-ctx.Done():
		_, _ = client.Close(), server.Close()
		return nil, context.Cause(ctx)
	}
	res := u.received(req, true)
	res.ContentLength, res.TransferEncoding, res.Body = 0, nil, client
	return res, nil
}

// upgradeReply is the response writer for a request that asks for a WebSocket.
type upgradeReply struct {
	*reply
	server   net.Conn
	hijacked chan struct{} // closed when the server has the connection
}

// Hijack implements [http.Hijacker].
func (u *upgradeReply) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	close(u.hijacked)
	return u.server, bufio.NewReadWriter(bufio.NewReader(u.server), bufio.NewWriter(u.server)), nil
}

func (u *upgradeReply) isHijacked() bool {
	select {
	case <-u.hijacked:
		return true
	default:
		return false
	}
}
