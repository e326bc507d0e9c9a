package events

import (
	"time"

	"github.com/acschat/acs-chat-go/chat"
)

// ThreadCreated is a new thread. Its first participants receive it, including the creator.
//
// Header.Time is when it was created.
type ThreadCreated struct {
	Header

	Properties chat.ThreadProperties
	// CreatedBy has only an identifier and a display name.
	CreatedBy chat.Participant
	// Participants are all participants of the new thread.
	Participants []chat.Participant
}

// Kind is [KindThreadCreated].
func (e ThreadCreated) Kind() Kind { return KindThreadCreated }

func (e ThreadCreated) withHeader(h Header) Event {
	e.Header = h
	return e
}

// MarshalJSON writes the form that [Unmarshal] reads.
func (e ThreadCreated) MarshalJSON() ([]byte, error) {
	w := e.json(e.Kind())
	w.Properties, w.CreatedBy, w.Participants = e.Properties, e.CreatedBy, e.Participants
	return w.marshal()
}

// UnmarshalJSON reads an event of this kind, and fails for another.
func (e *ThreadCreated) UnmarshalJSON(data []byte) error { return unmarshalKind(data, e) }

// ThreadPropertiesUpdated is a thread whose topic, metadata or retention policy was changed. All participants receive it.
//
// Properties are all properties of the thread after the change, without CreatedBy.
type ThreadPropertiesUpdated struct {
	Header

	Properties chat.ThreadProperties
	// UpdatedBy has only an identifier and a display name.
	UpdatedBy chat.Participant
}

// Kind is [KindThreadPropertiesUpdated].
func (e ThreadPropertiesUpdated) Kind() Kind { return KindThreadPropertiesUpdated }

func (e ThreadPropertiesUpdated) withHeader(h Header) Event {
	e.Header = h
	return e
}

// MarshalJSON writes the form that [Unmarshal] reads.
func (e ThreadPropertiesUpdated) MarshalJSON() ([]byte, error) {
	w := e.json(e.Kind())
	w.Properties, w.UpdatedBy = e.Properties, e.UpdatedBy
	return w.marshal()
}

// UnmarshalJSON reads an event of this kind, and fails for another.
func (e *ThreadPropertiesUpdated) UnmarshalJSON(data []byte) error { return unmarshalKind(data, e) }

// ThreadDeleted is a thread that was deleted. All participants receive it, including the one who deleted it.
//
// Header.Time is when it was deleted.
type ThreadDeleted struct {
	Header

	Reason DeletionReason
	// DeletedBy has only an identifier and a display name. It is zero if a retention policy deleted the thread.
	DeletedBy chat.Participant
	// ThreadCreatedOn is when the thread was created.
	ThreadCreatedOn time.Time
}

// Kind is [KindThreadDeleted].
func (e ThreadDeleted) Kind() Kind { return KindThreadDeleted }

func (e ThreadDeleted) withHeader(h Header) Event {
	e.Header = h
	return e
}

// MarshalJSON writes the form that [Unmarshal] reads.
func (e ThreadDeleted) MarshalJSON() ([]byte, error) {
	w := e.json(e.Kind())
	w.DeletionReason, w.DeletedBy, w.ThreadCreatedOn = e.Reason, e.DeletedBy, e.ThreadCreatedOn.UTC()
	return w.marshal()
}

// UnmarshalJSON reads an event of this kind, and fails for another.
func (e *ThreadDeleted) UnmarshalJSON(data []byte) error { return unmarshalKind(data, e) }

// DeletionReason is the reason for the deletion of a thread. The service may use values other than these, and may omit it.
type DeletionReason string

// The reasons for the deletion of a thread.
const (
	DeletionReasonUser   DeletionReason = "deletedByUser"   // a participant deleted it
	DeletionReasonPolicy DeletionReason = "deletedByPolicy" // its retention policy deleted it
)
