package realtime

import "time"

// State is the state of a [Listener].
type State string

// The states of a listener.
const (
	StateConnecting   State = "connecting"   // Listen has not returned yet
	StateListening    State = "listening"    // the service has accepted the registration, and events arrive
	StateReconnecting State = "reconnecting" // the connection was lost, and no events arrive
	StateClosed       State = "closed"       // Close was called, or the listener has given up
)

// StateChange reports that a listener has entered a state, or that an attempt to connect has failed and the state is unchanged.
type StateChange struct {
	State State
	At    time.Time // by the clock of this machine
	// Cause is the error for which the connection was lost, an attempt failed or the listener gave up. It is nil in StateListening, for the
	// first change, and after Close.
	Cause error
	// RetryIn is how long the listener waits before the next attempt. It is 0 if there is none.
	RetryIn time.Duration
}

// State returns the current state.
func (l *Listener) State() State {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.state
}

// enter sets and reports the state, even if it is unchanged.
func (l *Listener) enter(state State, cause error, retryIn time.Duration) {
	l.mu.Lock()
	l.state = state
	l.mu.Unlock()
	l.logState(state, cause, retryIn)
	if l.onStateChange != nil {
		l.onStateChange(StateChange{State: state, At: time.Now(), Cause: cause, RetryIn: retryIn})
	}
}
