package explain

// Kind is the kind of a [Cause]. Later versions may add kinds to those below.
type Kind string

// Kinds of causes in the program.
const (
	Argument Kind = "argument" // an argument is invalid
	Closed   Kind = "closed"   // the client, the fleet or the credential is closed
	Canceled Kind = "canceled" // the caller's context was cancelled
	Timeout  Kind = "timeout"  // there was no response in time
)

// Kinds of causes on the way to the service.
const (
	Host                 Kind = "host"                 // the host name can't be resolved
	Connection           Kind = "connection"           // no connection can be made
	ConnectionLost       Kind = "connectionLost"       // the connection broke before the response was complete
	Proxy                Kind = "proxy"                // the proxy can't be reached or refuses
	TLS                  Kind = "tls"                  // TLS is not possible with the server, or the endpoint is http and the server requires TLS
	CertificateAuthority Kind = "certificateAuthority" // the certificate is not signed by a trusted authority
	CertificateName      Kind = "certificateName"      // the certificate is for another host
	CertificateDate      Kind = "certificateDate"      // the certificate has expired or is not valid yet
	ForeignAnswer        Kind = "foreignAnswer"        // another server answered instead of the service
)

// Kinds of causes in the token.
const (
	TokenFetch      Kind = "tokenFetch"      // no token could be fetched
	TokenExpired    Kind = "tokenExpired"    // it has expired
	TokenRevoked    Kind = "tokenRevoked"    // it was revoked, or its user was deleted
	TokenResource   Kind = "tokenResource"   // it belongs to another resource than the endpoint
	TokenForeign    Kind = "tokenForeign"    // it is not a token of Communication Services
	TokenUnreadable Kind = "tokenUnreadable" // its claims can't be read
	TokenScope      Kind = "tokenScope"      // none of its scopes allows the operation
	Clock           Kind = "clock"           // this machine's clock is off
)

// Kinds of causes in the authorization of the identity API.
const (
	AccessKey      Kind = "accessKey"      // the access key does not belong to the resource
	EntraToken     Kind = "entraToken"     // the service does not accept the Entra token, or its owner lacks a role
	RequestAltered Kind = "requestAltered" // the request was altered on the way to the service
	UserUnknown    Kind = "userUnknown"    // the user does not exist in the resource
)

// Kinds of causes in the thread and its participants.
const (
	NotParticipant     Kind = "notParticipant"     // the user is not a participant of the thread
	Removed            Kind = "removed"            // the user was a participant, and has left or was removed
	ThreadDeleted      Kind = "threadDeleted"      // the thread was deleted
	ThreadUnknown      Kind = "threadUnknown"      // the thread does not exist
	MessageUnknown     Kind = "messageUnknown"     // the message does not exist, or the user may not see it
	NotSender          Kind = "notSender"          // another participant sent the message
	TooNew             Kind = "tooNew"             // the thread is so new that some servers do not know it yet
	OtherResource      Kind = "otherResource"      // a participant, or the thread, belongs to another resource
	ParticipantUnknown Kind = "participantUnknown" // a participant does not exist, or was deleted
	ParticipantKind    Kind = "participantKind"    // a participant is of a kind that can't be added
)

// Kinds of causes in the request.
const (
	MalformedID Kind = "malformedID" // the id of a thread, a message or a user is malformed
	TooMany     Kind = "tooMany"     // there are too many participants
	Metadata    Kind = "metadata"    // the metadata exceeds 1 KB
	Retention   Kind = "retention"   // the service does not offer the retention
	TooLarge    Kind = "tooLarge"    // the message is too long
	APIVersion  Kind = "apiVersion"  // the service does not support the API version
	BadRequest  Kind = "badRequest"  // something else in the request is invalid
)

// Kinds of causes in the service, and the rest.
const (
	Throttled      Kind = "throttled"      // a rate limit was exceeded
	Unavailable    Kind = "unavailable"    // the service, or the gateway in front of it, is unavailable
	OutcomeUnknown Kind = "outcomeUnknown" // a message may or may not have been sent; other causes say why
	Unknown        Kind = "unknown"        // the cause is not known
)
