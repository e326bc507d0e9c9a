package chattest

import (
	"net/http/httptest"
)

// TB is what [NewServer] needs of a test. A *testing.T is one, and so is what GinkgoTB returns.
type TB interface {
	Helper()
	Cleanup(func())
	Fatalf(format string, args ...any)
	Logf(format string, args ...any)
	Failed() bool
}

// Server is a service for the length of a test.
type Server struct {
	*Service
}

// NewServer starts a service, and a listener with TLS on 127.0.0.1 unless the options say NoSocket. Both end with the
// test. When the test has failed by then, it shows the last requests and their answers, without tokens.
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
