package pace

import "time"

// SendMessages keeps the published limits of sending, updating and deleting the messages of a thread.
func SendMessages() *Pacer {
	return New(Limit{Count: 10, Per: 10 * time.Second}, Limit{Count: 30, Per: time.Minute})
}

// ListMessages keeps the published limits of a user who lists the messages of a thread.
func ListMessages() *Pacer {
	return New(Limit{Count: 50, Per: 10 * time.Second}, Limit{Count: 200, Per: time.Minute})
}

// AddParticipants keeps the published limits of adding participants to a thread and removing them from it.
func AddParticipants() *Pacer {
	return New(Limit{Count: 10, Per: 10 * time.Second}, Limit{Count: 30, Per: time.Minute})
}
