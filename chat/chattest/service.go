package chattest

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"

	"github.com/acschat/acs-chat-go/gen/chatapi"
)

// inProcess is where a service without a socket is. The name cannot be resolved, so that nothing meant for it gets out.
const inProcess = "https://chattest.invalid"

// Options configures a service. The zero value, and nil, is a service of its own that forgets everything when closed.
type Options struct {
	// Path is the file that keeps everything: users, threads, messages, the resource, its access key and the key that
	// signs tokens. It is made if it does not exist, and one process at a time may use it. A reply then means that what
	// was asked for is on disk. Empty is a temporary file that is never synced.
	Path string

	// NoSocket makes [NewServer] open no listener: the service is reached through [Service.Transport] alone.
	// [Open] never opens one.
	NoSocket bool
}

// Service is the chat service of one resource, as an [http.Handler]. It has no socket and starts no goroutine.
// Its methods may be called concurrently. Those that return no error panic when the store can't be written, for
// example because the service is closed.
type Service struct {
	store     *store
	resource  string // a GUID, the first part of every user id
	node      string // ten hex digits in every user id
	accessKey string // base64

	endpoint string       // set before the first request
	client   *http.Client // reaches the endpoint

	router  *http.ServeMux
	offset  atomic.Int64 // nanoseconds that the clock is ahead
	checked tokenCache
	faults  faults
	log     requestLog

	keyOnce sync.Once // guards the making of key
	key     *rsa.PrivateKey

	closing     chan struct{} // lets go of the replies that faults hold back
	releaseOnce sync.Once
	closeOnce   sync.Once
	closeErr    error

	mu      sync.Mutex // guards closers
	closers []func()
}

// Open starts the service. Close it when done.
func Open(options *Options) (*Service, error) {
	if options == nil {
		options = &Options{}
	}
	store, err := openStore(options.Path)
	if err != nil {
		return nil, fmt.Errorf("chattest: %w", err)
	}
	s := &Service{store: store, endpoint: inProcess, router: http.NewServeMux(), closing: make(chan struct{})}
	if err := s.loadIdentity(); err != nil {
		return nil, errors.Join(fmt.Errorf("chattest: %w", err), store.close())
	}
	s.client = &http.Client{Transport: s.Transport()}
	chatapi.HandlerWithOptions(chatAPI{}, chatapi.StdHTTPServerOptions{
		BaseRouter: s.router,
		ErrorHandlerFunc: func(w http.ResponseWriter, _ *http.Request, _ error) {
			answer(w, 0, nil, badRequest())
		},
	})
	return s, nil
}

// loadIdentity reads, or makes, what a resource is known by.
func (s *Service) loadIdentity() error {
	resource, err := s.store.kept("resource", func() []byte { return []byte(newGUID()) })
	if err != nil {
		return err
	}
	node, err := s.store.kept("node", func() []byte { return []byte(randomHex(5)) })
	if err != nil {
		return err
	}
	key, err := s.store.kept("access-key", func() []byte {
		key := make([]byte, 64)
		rand.Read(key)
		return key
	})
	s.resource, s.node, s.accessKey = string(resource), string(node), base64.StdEncoding.EncodeToString(key)
	return err
}

// Close ends the service and, unless it was given a file, forgets everything. Replies that a fault holds back are lost.
// A second call does nothing.
func (s *Service) Close() error {
	s.release()
	s.closeOnce.Do(func() {
		s.mu.Lock()
		closers := s.closers
		s.mu.Unlock()
		for _, closer := range closers {
			closer()
		}
		s.closeErr = s.store.close()
	})
	return s.closeErr
}

// atClose has f called by Close, before the store is closed.
func (s *Service) atClose(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closers = append(s.closers, f)
}

// release lets go of the replies that faults hold back.
func (s *Service) release() {
	s.releaseOnce.Do(func() { close(s.closing) })
}

// Endpoint is the URL of the service, without a path. Without a socket it leads nowhere but to [Service.Transport].
func (s *Service) Endpoint() string {
	return s.endpoint
}

// ConnectionString is what the portal shows for a resource: the endpoint and the access key.
func (s *Service) ConnectionString() string {
	return "endpoint=" + s.endpoint + "/;accesskey=" + s.accessKey
}

// HTTPClient reaches the service: over its socket, trusting its certificate, or in process when it has none.
// It adds no token and follows redirects as any client does.
func (s *Service) HTTPClient() *http.Client {
	return s.client
}
