package chattest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// handlerTransport serves requests with a handler of this process. If the context of a request ends, it does not wait for the handler.
type handlerTransport struct{ handler http.Handler }

func (t handlerTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	p := newReply()
	served := make(chan error, 1)
	go func() { served <- t.serve(p, arrival(req)) }()
	select {
	case err := <-served:
		if err != nil {
			return nil, err
		}
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	p.WriteHeader(http.StatusOK)
	return p.received(req, true), nil
}

// serve turns a panic of the handler into an error, since a server would close the connection.
func (t handlerTransport) serve(p *reply, r *http.Request) (err error) {
	defer func() {
		switch v := recover(); {
		case v == nil:
		case isAbort(v):
			err = io.EOF
		default:
			err = fmt.Errorf("the handler panicked: %v", v)
		}
	}()
	t.handler.ServeHTTP(p, r)
	return nil
}

func isAbort(panicked any) bool {
	err, ok := panicked.(error)
	return ok && errors.Is(err, http.ErrAbortHandler)
}
