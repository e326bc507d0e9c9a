package chattest

import (
	"net/http/httptest"
)

// TB is the part of [testing.TB] that [NewServer] uses. GinkgoTB returns one too.
type TB interface {
	Helper()
	Cleanup(func())
	Fatalf(format string, args ...any)
	Logf(format string, args ...any)
	Failed() bool
}

// Server is a [Service] that is closed at the end of a test.
type Server struct {
	*Service
}

// NewServer starts a service, and a listener with TLS on 127.0.0.1 unless [Options.NoSocket] is set. Nil options are the zero value.
// Both are closed at the end of the test. If the test has failed, the last requests and responses are logged, without secrets.
// NewServer fails the test if the service can't be started.
func NewServer(tb TB, options *Options) *Server {
	tb.Helper()
	service, err := Open(options)
	if err != nil {
		tb.Fatalf("%v", err)
		return nil
	}
	stop := func() {}
	if options == nil || !options.NoSocket {
		listener := httptest.NewTLSServer(service)
		service.endpoint, service.client = listener.URL, listener.Client()
		stop = listener.Close
	}
	tb.Cleanup(func() {
		if tb.Failed() {
			showRequests(service.Requests(), tb.Logf)
		}
		service.release()
		stop()
		if err := service.Close(); err != nil {
			tb.Logf("%v", err)
		}
	})
	return &Server{service}
}
