package chat

// CauseKind is a kind of [Cause]. A later version may know more than those below.
type CauseKind string

// Kinds of causes that lie with the program, before any request.
const (
	CauseArgument CauseKind = "argument" // an argument can't be used
	CauseClosed   CauseKind = "closed"   // the client, the fleet or the credential is closed
	CauseCanceled CauseKind = "canceled" // the caller's context was cancelled
	CauseTimeout  CauseKind = "timeout"  // no answer came in time
)

// Kinds of causes on the way to the service.
const (
	CauseHost                 CauseKind = "host"                 // the name of the host can't be resolved
	CauseConnection           CauseKind = "connection"           // nothing can be reached there
	CauseConnectionLost       CauseKind = "connectionLost"       // the connection broke before the answer was there
	CauseProxy                CauseKind = "proxy"                // the proxy can't be reached or refuses
	CauseTLS                  CauseKind = "tls"                  // what answers speaks no TLS, or none in common
	CauseCertificateAuthority CauseKind = "certificateAuthority" // nobody that is trusted vouches for the certificate
	CauseCertificateName      CauseKind = "certificateName"      // the certificate is for another host
	CauseCertificateDate      CauseKind = "certificateDate"      // the certificate is not valid now
	CauseForeignAnswer        CauseKind = "foreignAnswer"        // something else than the service answers
)

// Kinds of causes that lie with the token.
const (
	CauseTokenFetch      CauseKind = "tokenFetch"      // no token could be fetched
	CauseTokenExpired    CauseKind = "tokenExpired"    // it has ended
	CauseTokenRevoked    CauseKind = "tokenRevoked"    // it was revoked, or its user deleted
	CauseTokenResource   CauseKind = "tokenResource"   // it is of another resource than the endpoint
	CauseTokenForeign    CauseKind = "tokenForeign"    // it is of something else than Communication Services
	CauseTokenUnreadable CauseKind = "tokenUnreadable" // its claims can't be read, so that nothing can be said of it
	CauseTokenScope      CauseKind = "tokenScope"      // none of its scopes opens the operation
	CauseClock           CauseKind = "clock"           // this machine's clock is off
)

// Kinds of causes that lie with the thread and the people in it.
const (
	CauseNotParticipant     CauseKind = "notParticipant"     // the user is not in the thread
	CauseRemoved            CauseKind = "removed"            // the user was in the thread, and has left or was removed
	CauseThreadDeleted      CauseKind = "threadDeleted"      // the thread was deleted
	CauseThreadUnknown      CauseKind = "threadUnknown"      // there is no such thread
	CauseMessageUnknown     CauseKind = "messageUnknown"     // there is no such message, or none that the user may see
	CauseNotSender          CauseKind = "notSender"          // somebody else sent the message
	CauseTooNew             CauseKind = "tooNew"             // the thread is so new that the service does not know it everywhere
	CauseOtherResource      CauseKind = "otherResource"      // a participant is a user of another resource
	CauseParticipantUnknown CauseKind = "participantUnknown" // a participant is no user, or one who was deleted
	CauseParticipantKind    CauseKind = "participantKind"    // a participant is of a kind that can't be added
)

// Kinds of causes that lie with the request.
const (
	CauseMalformedID CauseKind = "malformedID" // the id of a thread, a message or a user is none
	CauseTooMany     CauseKind = "tooMany"     // too many participants
	CauseMetadata    CauseKind = "metadata"    // more than 1 KB of metadata
	CauseRetention   CauseKind = "retention"   // a retention that the service does not have
	CauseTooLarge    CauseKind = "tooLarge"    // too long a message
	CauseAPIVersion  CauseKind = "apiVersion"  // the service does not know the version of the API
	CauseBadRequest  CauseKind = "badRequest"  // something else in the request
)

// Kinds of causes that lie with the service, and what is left.
const (
	CauseThrottled      CauseKind = "throttled"      // more requests than the published limits allow
	CauseUnavailable    CauseKind = "unavailable"    // the service, or its front door, can't answer now
	CauseOutcomeUnknown CauseKind = "outcomeUnknown" // a message may or may not have been sent; other causes say why
	CauseUnknown        CauseKind = "unknown"        // nothing more can be said
)
