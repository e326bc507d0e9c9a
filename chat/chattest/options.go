package chattest

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/internal/secret"
)

// Options are the optional settings of [Open] and [NewServer]. The zero value means a service with a temporary store that is lost when it
// is closed.
type Options struct {
	// Path is the data file, which keeps everything: users, threads, messages, the resource, its access key and the key that signs tokens. It
	// is created if it does not exist. One service at a time can use it: for others [Open] fails with [ErrInUse]. If the file is damaged, Open
	// fails with [ErrDamaged]. A request is answered after its changes are on disk. Empty means a temporary file that is never synced.
	Path string

	// Seed is the initial state. It is ignored if the file at Path already has users or threads. Nil means an empty service.
	Seed *Seed

	// NoSocket makes [NewServer] open no listener: the service is reached only through [Service.Transport]. [Open] never opens one.
	NoSocket bool

	// Endpoint is the URL at which clients reach the service, a scheme and a host. It is in connection strings, and [Service.Transport] serves
	// no other host. [NewServer] replaces it by the URL of its listener. Empty means a host name that does not resolve. [Service.SetEndpoint]
	// sets it later.
	Endpoint string

	// Hosts are further host names of the service, without a port, such as that of a container. [Service.Guard] accepts them. They change
	// neither Endpoint nor what [Service.Transport] serves.
	Hosts []string

	// AccessKey is the access key of the resource, in base64. Empty means the key in the file at Path, or else [DefaultAccessKey]. The file
	// keeps the key it was last opened with.
	AccessKey string

	// Cloud is the cloud of the users and threads that the service creates: their ids differ, as in "8:gcch-acs:…" and "19:gcch:…". A service
	// accepts the ids of every cloud as well formed. The zero value is the public cloud.
	Cloud chat.Cloud

	// ErrorStyle is how the chat API writes errors. The identity API has one style, the documented one.
	ErrorStyle ErrorStyle

	// LenientVersions accepts every well-formed api-version, such as "2027-01-15" or "2027-01-15-preview", and treats it as the latest.
	// Otherwise a version that the service is not known to support is refused with 400, as the service does.
	LenientVersions bool

	// EncryptTokens encrypts the tokens that the service issues, in five parts, so that their claims, including the expiry, cannot be read.
	// The service may answer so when it exchanges a token of Entra. A service accepts its encrypted tokens with and without this option.
	EncryptTokens bool

	// BrowserIdentity allows pages of other origins to use the identity API in a browser. Otherwise their preflights are refused, since any
	// page that knows the access key, which may be the default one, could issue tokens. The chat API always allows other origins.
	BrowserIdentity bool

	// EnforceLimits refuses requests above the published rates with 429, by the clock of the service. The response has a Retry-After in whole
	// seconds, unless NoRetryAfter is set. No recording of the service has one.
	EnforceLimits bool
	NoRetryAfter  bool
	// LimitDivisor divides the windows of the enforced rates, for tests in real time: 60 makes a minute a second. Retry-After is then in
	// milliseconds, as retry-after-ms. 0 means 1.
	LimitDivisor int

	// ListingLag is the time until a new message appears in lists of messages, as in a store that is eventually consistent. It is read and
	// delivered at once nevertheless, and a listed message changes at once. The lag of the service is not known. 0 means none.
	ListingLag time.Duration

	// OnRequest is called with each request after it is recorded and before its response is sent, by the goroutine that serves it, so that
	// calls may be concurrent. Nil means no calls.
	OnRequest func(Request)

	// OnDelivery is called after each request to a webhook of an event subscription, except those that [Service.Close] aborts. Calls may be
	// concurrent. [Service.Close] and [Service.WaitForDeliveries] wait until they have returned, so that it must call neither. Nil means no
	// calls.
	OnDelivery func(DeliveryAttempt)

	// EntraTokens are the tokens of Microsoft Entra that the identity API accepts besides the access key.
	EntraTokens []EntraToken

	// EntraAny accepts every other bearer token as that of an application, so that a program with an azidentity credential runs unchanged.
	EntraAny bool
}

// DefaultAccessKey is the access key of a service without [Options.AccessKey]. It is public, so that a connection string can be part of the
// configuration of a development environment and its tests.
const DefaultAccessKey = "YWNzLWNoYXQtZ28gZW11bGF0b3I6IHRoaXMgYWNjZXNzIGtleSBpcyBwdWJsaWMsIGl0IGlzIG5vIHNlY3JldA=="

// defaultAccessKey is [DefaultAccessKey], decoded.
func defaultAccessKey() []byte {
	key, err := decodeAccessKey(DefaultAccessKey)
	if err != nil {
		panic(err)
	}
	return key
}

// ErrorStyle selects the form of error responses.
type ErrorStyle int

const (
	// ErrorStyleRecorded is the form in recordings of the service: a CommunicationError whose members have capital letters, and a 401 without
	// a body.
	ErrorStyleRecorded ErrorStyle = iota
	// ErrorStyleDocumented is the form in the contract: an error with a code and a message.
	ErrorStyleDocumented
)

// SetEndpoint sets the URL at which clients reach the service, for example once its listener is open. It must be called before the
// first request. It fails if the URL is not a scheme and a host.
func (s *Service) SetEndpoint(endpoint string) error {
	u, err := url.Parse(endpoint)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.Path != "" && u.Path != "/" ||
		u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return errors.New(`chattest: the endpoint must be a scheme and a host, such as "https://127.0.0.1:8443", and nothing more`)
	}
	s.endpoint = u.Scheme + "://" + u.Host
	return nil
}

// decodeAccessKey reads a key. Its error does not show it.
func decodeAccessKey(text string) ([]byte, error) {
	if err := secret.Alone("access key", text); err != nil {
		return nil, fmt.Errorf("chattest: the access key %w", err)
	}
	key, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil || len(key) == 0 {
		return nil, errors.New("chattest: the access key must be base64")
	}
	return key, nil
}
