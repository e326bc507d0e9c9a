package chattest

import (
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/gen/chatapi"
	"github.com/acschat/acs-chat-go/gen/identityapi"
)

// inProcess is the endpoint of a service without a socket. The name cannot be resolved, so that no request leaves the process.
const inProcess = "https://chattest.invalid"

// Service is the chat service of one resource, an [http.Handler]. It has no listener and starts no goroutine except for real-time
// connections and event subscriptions. Its methods may be called concurrently. Those that return no error panic if the store can't be read
// or written, for example because the service is closed. The zero value is not usable; use [Open] or [NewServer].
type Service struct {
	store     *store
	resource  string // a GUID, the first part of every user id
	node      string // ten hex digits in every user id
	accessKey []byte

	endpoint        string       // set before the first request
	client          *http.Client // for requests to the endpoint
	hosts           []string     // further names of the service
	cloud           chat.Cloud
	errorStyle      ErrorStyle
	lenientVersions bool
	encryptTokens   bool
	browserIdentity bool
	entra           entraTokens
	limiter         *limiter      // nil if rates are not enforced
	listingLag      time.Duration // the time until a new message is listed
	onRequest       func(Request)
	onDelivery      func(DeliveryAttempt)

	router    *http.ServeMux
	offset    atomic.Int64 // nanoseconds that the clock is ahead
	checked   tokenCache
	faults    faults
	snapshots snapshots
	log       history[Request]
	recorded  atomic.Int64 // requests

	events    eventLog
	audiences audiences
	due       dueTime
	realtime  realtime
	webhooks  webhooks

	keyOnce sync.Once // guards key
	key     *rsa.PrivateKey

	closing     chan struct{} // closed to release the responses that faults delay
	releaseOnce sync.Once
	closeOnce   sync.Once
	closeErr    error

	mu      sync.Mutex // guards closers
	closers []func()
}

// Open starts a service. Nil options are the zero value. The caller must close the service. Open fails with [ErrInUse] if another service
// has the file at Path open, with [ErrDamaged] if the file is not a complete data file, and with an error of the system if it can't be read
// or written. It also fails if an option or the seed is invalid.
func Open(options *Options) (*Service, error) {
	if options == nil {
		options = &Options{}
	}
	s, err := newService(options)
	if err != nil {
		return nil, err
	}
	s.store, err = openStore(options.Path)
	if err != nil {
		return nil, fmt.Errorf("chattest: %w", err)
	}
	if err := s.loadIdentity(); err != nil {
		return nil, errors.Join(fmt.Errorf("chattest: open %s: %w", s.store.db.Path(), err), s.store.close())
	}
	if err := s.webhooks.load(); err != nil {
		return nil, errors.Join(fmt.Errorf("chattest: open %s: %w", s.store.db.Path(), err), s.store.close())
	}
	if err := s.sow(options.Seed); err != nil {
		return nil, errors.Join(fmt.Errorf("chattest: seed: %w", err), s.store.close())
	}
	s.client = &http.Client{Transport: s.Transport()}
	s.route()
	return s, nil
}

// route registers the operations of both APIs.
func (s *Service) route() {
	unreadable := func(w http.ResponseWriter, _ *http.Request, _ error) { answer(w, 0, nil, badRequest()) }
	chatapi.HandlerWithOptions(chatAPI{}, chatapi.StdHTTPServerOptions{BaseRouter: s.router, ErrorHandlerFunc: unreadable})
	identityapi.HandlerWithOptions(identityAPI{}, identityapi.StdHTTPServerOptions{BaseRouter: s.router, ErrorHandlerFunc: unreadable})
	entra, _ := ExchangeEntraToken.published() // not in the contract
	s.router.HandleFunc(entra.Pattern, exchangeEntraToken)
	for _, route := range realtimeRoutes() {
		s.router.HandleFunc(route.pattern, route.serve)
	}
}

// newService makes a service from the options, without a store.
func newService(options *Options) (*Service, error) {
	s := &Service{
		endpoint: inProcess, hosts: options.Hosts, cloud: options.Cloud, errorStyle: options.ErrorStyle, onRequest: options.OnRequest, onDelivery: options.OnDelivery,
		lenientVersions: options.LenientVersions, encryptTokens: options.EncryptTokens, browserIdentity: options.BrowserIdentity,
		listingLag: options.ListingLag, router: http.NewServeMux(), closing: make(chan struct{}),
	}
	s.realtime.service, s.webhooks.service = s, s
	s.events.tell = s.realtime.tell
	if options.Endpoint != "" {
		if err := s.SetEndpoint(options.Endpoint); err != nil {
			return nil, err
		}
	}
	if options.AccessKey != "" {
		key, err := decodeAccessKey(options.AccessKey)
		if err != nil {
			return nil, err
		}
		s.accessKey = key
	}
	if err := checkCloud(options.Cloud); err != nil {
		return nil, err
	}
	if options.EnforceLimits {
		s.limiter = newLimiter(!options.NoRetryAfter, max(1, options.LimitDivisor))
	}
	var err error
	s.entra, err = newEntraTokens(options)
	return s, err
}

// loadIdentity reads, or creates, the ids and the access key of the resource.
func (s *Service) loadIdentity() error {
	resource, err := s.store.kept("resource", func() []byte { return []byte(newGUID()) })
	if err != nil {
		return err
	}
	node, err := s.store.kept("node", func() []byte { return []byte(randomHex(5)) })
	if err != nil {
		return err
	}
	if s.accessKey != nil {
		err = s.store.keep("access-key", s.accessKey)
	} else {
		s.accessKey, err = s.store.kept("access-key", defaultAccessKey)
	}
	s.resource, s.node = string(resource), string(node)
	return err
}

// Close stops the service and releases its file. Without [Options.Path] everything stored is lost. Responses that a fault delays are not
// sent. Requests to webhooks are aborted, and Close does not wait for them, but for calls of [Options.OnDelivery] in progress. Later calls
// return the result of the first.
func (s *Service) Close() error {
	s.release()
	s.closeOnce.Do(func() {
		s.mu.Lock()
		closers := s.closers
		s.mu.Unlock()
		s.realtime.close()
		s.webhooks.close()
		for _, closer := range closers {
			closer()
		}
		s.closeErr = s.store.close()
	})
	return s.closeErr
}

// atClose makes Close call f before it closes the store.
func (s *Service) atClose(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closers = append(s.closers, f)
}

// release ends the delays that faults cause.
func (s *Service) release() {
	s.releaseOnce.Do(func() { close(s.closing) })
}

// Endpoint returns the URL of the service, without a path. Without a socket only [Service.Transport] serves it.
func (s *Service) Endpoint() string {
	return s.endpoint
}

// ConnectionString returns the connection string of the resource: the endpoint and the access key.
func (s *Service) ConnectionString() string {
	return "endpoint=" + s.endpoint + "/;accesskey=" + base64.StdEncoding.EncodeToString(s.accessKey)
}

// HTTPClient returns a client for the service: over its listener, whose certificate it trusts, or in process if there is none. The client
// adds no token and follows redirects.
func (s *Service) HTTPClient() *http.Client {
	return s.client
}
