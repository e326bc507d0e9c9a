package chattest

import (
	"fmt"
	"time"
)

// Seed is a state to begin with, as a person writes it down: see [Options.Seed]. In JSON the members have the names given here, and what is
// zero may be left out.
//
// A user is named by its id, "8:acs:…", or by any other text, such as "ana", for which [Service.SeededUser] has the id. All ids
// must be of one resource, which becomes that of the service.
type Seed struct {
	Users        []string     `json:"users,omitempty"`
	DeletedUsers []string     `json:"deletedUsers,omitempty"` // those who are deleted in the end: threads may still name them
	Threads      []SeedThread `json:"threads,omitempty"`
}

// SeedThread is a thread of a [Seed].
type SeedThread struct {
	// ID is the id of the thread, "19:…@thread.v2", or any other text, for which [Service.SeededThread] has the id. Empty is a new one.
	ID string `json:"id,omitempty"`
	// Topic is the one that the thread began with.
	Topic string `json:"topic"`
	// CreatedBy is the creator. Empty is the first participant.
	CreatedBy string `json:"createdBy,omitempty"`
	// Ago is when the thread was created. It must be at least as long ago as everything in the thread.
	Ago Ago `json:"ago,omitempty"`
	// Metadata is that of the thread.
	Metadata map[string]string `json:"metadata,omitempty"`
	// RetentionDays is when a retention policy deletes the thread. 0 is never.
	RetentionDays int32 `json:"retentionDays,omitempty"`
	// Participants are those who the thread began with. The creator is one of them, named or not.
	Participants []SeedParticipant `json:"participants,omitempty"`
	// Messages are in the order they were sent. The two that every thread begins with come before them.
	Messages []SeedMessage `json:"messages,omitempty"`
	// Deleted is when the thread was deleted. Nil is not at all.
	Deleted *Ago `json:"deleted,omitempty"`
}

// SeedParticipant is a participant of a [SeedThread].
type SeedParticipant struct {
	User        string            `json:"user"`
	DisplayName string            `json:"displayName,omitempty"`
	Metadata    map[string]string `json:"metadata,omitempty"`
	// ShareHistory is from when on the participant may read. Nil is from the beginning.
	ShareHistory *Ago `json:"shareHistory,omitempty"`
}

// SeedMessage is a message of a [SeedThread], or what the service writes a message about.
type SeedMessage struct {
	// Kind is "text", "html", "topicUpdated", "participantAdded" or "participantRemoved". Empty is "text".
	Kind string `json:"kind,omitempty"`
	// From is the sender, or who has changed the thread: a participant at that time.
	From        string            `json:"from"`
	DisplayName string            `json:"displayName,omitempty"`
	Text        string            `json:"text,omitempty"` // of a topicUpdated the topic
	Metadata    map[string]string `json:"metadata,omitempty"`
	// Participants are those who were added or removed.
	Participants []SeedParticipant `json:"participants,omitempty"`
	// Ago is when it was sent.
	Ago Ago `json:"ago,omitempty"`
	// Edited and Deleted are when it was last edited, and when it was deleted. Nil is not at all. The text is the one after the edit.
	Edited  *Ago `json:"edited,omitempty"`
	Deleted *Ago `json:"deleted,omitempty"`
	// ReadBy is who has read up to this message and not beyond.
	ReadBy []SeedReceipt `json:"readBy,omitempty"`
}

// SeedReceipt is a read receipt for a [SeedMessage].
type SeedReceipt struct {
	User string `json:"user"`
	Ago  Ago    `json:"ago,omitempty"`
}

// Ago is how long before the start of the service something happened, in whole milliseconds. In text it is a duration such as "1h30m".
type Ago time.Duration

// MarshalText writes the duration as Go does.
func (a Ago) MarshalText() ([]byte, error) {
	return duration(a).MarshalText()
}

// UnmarshalText reads a duration that is not negative.
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
