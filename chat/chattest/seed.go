package chattest

import (
	"fmt"
	"time"
)

// Seed is an initial state in a form that is easy to write by hand, see [Options.Seed]. In JSON, zero members may be omitted.
//
// A user is given as an id, "8:acs:…", or as any other name, such as "ana", from which [Service.SeededUser] derives the id. All ids must
// belong to one resource, which becomes that of the service.
type Seed struct {
	Users        []string     `json:"users,omitempty"`
	DeletedUsers []string     `json:"deletedUsers,omitempty"` // deleted last, so that threads may contain them
	Threads      []SeedThread `json:"threads,omitempty"`
}

// SeedThread is a thread of a [Seed].
type SeedThread struct {
	// ID is the id of the thread, "19:…@thread.v2", or any other name, from which [Service.SeededThread] derives the id. Empty means a new id.
	ID string `json:"id,omitempty"`
	// Topic is the topic when the thread was created.
	Topic string `json:"topic"`
	// CreatedBy is the creator. Empty means the first participant.
	CreatedBy string `json:"createdBy,omitempty"`
	// Ago is how long ago the thread was created. Nothing in the thread may be older.
	Ago Ago `json:"ago,omitempty"`
	// Metadata is the metadata of the thread. Nil means none.
	Metadata map[string]string `json:"metadata,omitempty"`
	// RetentionDays is the number of days, 30 to 90, after which a retention policy deletes the thread. 0 means no policy.
	RetentionDays int32 `json:"retentionDays,omitempty"`
	// Participants are the first participants. The creator is added if missing.
	Participants []SeedParticipant `json:"participants,omitempty"`
	// Messages are in the order they were sent. They follow the two messages that the service writes in a new thread.
	Messages []SeedMessage `json:"messages,omitempty"`
	// Deleted is how long ago the thread was deleted. Nil means that it was not.
	Deleted *Ago `json:"deleted,omitempty"`
}

// SeedParticipant is a participant of a [SeedThread].
type SeedParticipant struct {
	User        string            `json:"user"`
	DisplayName string            `json:"displayName,omitempty"`
	Metadata    map[string]string `json:"metadata,omitempty"`
	// ShareHistory is how long ago the history begins that the participant can read. Nil means all of it.
	ShareHistory *Ago `json:"shareHistory,omitempty"`
}

// SeedMessage is a message of a [SeedThread], or a change about which the service writes a message.
type SeedMessage struct {
	// Kind is "text", "html", "topicUpdated", "participantAdded" or "participantRemoved". Empty means "text".
	Kind string `json:"kind,omitempty"`
	// From is the sender, or the user who made the change. It must be a participant at that time.
	From        string            `json:"from"`
	DisplayName string            `json:"displayName,omitempty"`
	Text        string            `json:"text,omitempty"` // the new topic if Kind is "topicUpdated"
	Metadata    map[string]string `json:"metadata,omitempty"`
	// Participants are the participants that were added or removed.
	Participants []SeedParticipant `json:"participants,omitempty"`
	// Ago is how long ago the message was sent.
	Ago Ago `json:"ago,omitempty"`
	// Edited and Deleted are how long ago the message was last edited and was deleted. Nil means that it was not. Text is the text after the
	// edit.
	Edited  *Ago `json:"edited,omitempty"`
	Deleted *Ago `json:"deleted,omitempty"`
	// ReadBy lists the participants for whom this is the latest message they have read.
	ReadBy []SeedReceipt `json:"readBy,omitempty"`
}

// SeedReceipt is a read receipt for a [SeedMessage]: its reader, and how long ago it was sent.
type SeedReceipt struct {
	User string `json:"user"`
	Ago  Ago    `json:"ago,omitempty"`
}

// Ago is the time between an event and the start of the service, in whole milliseconds. As text it is a duration such as "1h30m".
type Ago time.Duration

// MarshalText writes the duration as [time.Duration.String] does.
func (a Ago) MarshalText() ([]byte, error) {
	return duration(a).MarshalText()
}

// UnmarshalText reads a duration. A negative one is an error.
func (a *Ago) UnmarshalText(text []byte) error {
	var d duration
	if err := d.UnmarshalText(text); err != nil {
		return err
	}
	if d < 0 {
		return fmt.Errorf("%q must not be negative", text)
	}
	*a = Ago(d)
	return nil
}
