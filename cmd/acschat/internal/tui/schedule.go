package tui

import (
	"errors"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/acschat/acs-chat-go/chat"
)

// job is something that is polled.
type job int

const (
	messagesJob job = iota
	peopleJob       // participants and read receipts
	threadsJob
	jobs
)

const (
	// liveInterval is how often a job runs while events say what happens: they are not guaranteed.
	liveInterval = 30 * time.Second
	// minInterval is how often a job runs at most when events ask for it.
	minInterval = 2 * time.Second
	// maxPause limits the pause after failures, unless the service asks for more.
	maxPause = 30 * time.Second
)

// schedule says when jobs run. The published limits per user are 200 requests per minute for messages and, per ten seconds, 5 for
// receipts, 10 for participants and 50 for threads.
type schedule struct {
	every    [jobs]time.Duration // without a live connection
	failures [jobs]int           // in a row
	started  [jobs]time.Time     // when the last run began
	due      [jobs]time.Time     // when the next run begins; zero while one is in progress
	again    [jobs]bool          // something has changed during the run in progress
	turn     int                 // jobs of an earlier turn are dropped
}

func newSchedule(interval time.Duration) schedule {
	return schedule{every: [jobs]time.Duration{messagesJob: interval, peopleJob: 5 * time.Second, threadsJob: 15 * time.Second}}
}

// begin starts a turn: with another thread, or after a suspension.
func (s *schedule) begin() {
	s.turn++
	s.failures, s.due, s.again = [jobs]int{}, [jobs]time.Time{}, [jobs]bool{}
}

func (s *schedule) current(turn int) bool { return turn == s.turn }

// ready reports whether a job is due. It is not if it has been moved forward, and has run.
func (s *schedule) ready(msg dueMsg) bool {
	due := s.due[msg.job]
	return s.current(msg.turn) && !due.IsZero() && !time.Now().Before(due)
}

// start records that a run of a job begins.
func (s *schedule) start(j job) {
	s.started[j], s.due[j] = time.Now(), time.Time{}
}

// pause returns how long to wait after a run: longer after each failure in a row, and at least as long as the service asks.
func (s *schedule) pause(j job, err error, live bool) time.Duration {
	again := s.again[j]
	s.again[j] = false
	if err == nil {
		s.failures[j] = 0
		switch {
		case again:
			return min(s.every[j], minInterval)
		case live:
			return max(s.every[j], liveInterval)
		}
		return s.every[j]
	}
	s.failures[j] = min(s.failures[j]+1, 6)
	pause := min(s.every[j]<<s.failures[j], maxPause)
	if refusal, ok := errors.AsType[*chat.Error](err); ok {
		pause = max(pause, refusal.RetryAfter)
	}
	return pause
}

// dueMsg says that a job may be due.
type dueMsg struct {
	job  job
	turn int
}

// after schedules the next run of a job.
func (m *Model) after(j job, err error) tea.Cmd {
	return m.wake(j, m.schedule.pause(j, err, m.live.listening()))
}

// soon moves the next run of a job forward: to now, or to minInterval after the last one began. A job that fails is left alone.
func (m *Model) soon(j job) tea.Cmd {
	s := &m.schedule
	if s.due[j].IsZero() {
		s.again[j] = true
		return nil
	}
	wait := max(0, minInterval-time.Since(s.started[j]))
	if s.failures[j] > 0 || wait >= time.Until(s.due[j]) {
		return nil
	}
	return m.wake(j, wait)
}

func (m *Model) wake(j job, wait time.Duration) tea.Cmd {
	turn := m.schedule.turn
	m.schedule.due[j] = time.Now().Add(wait)
	return tea.Tick(wait, func(time.Time) tea.Msg { return dueMsg{j, turn} })
}

// run starts a job.
func (m *Model) run(j job) tea.Cmd {
	m.schedule.start(j)
	switch {
	case j == threadsJob:
		return m.listThreads("")
	case m.open == nil:
		return nil
	case j == messagesJob:
		return m.pollMessages()
	}
	return m.pollPeople()
}

// pollOpen starts polling the open thread.
func (m *Model) pollOpen() tea.Cmd {
	return tea.Batch(m.run(messagesJob), m.run(peopleJob))
}

// catchUp runs all jobs soon: events may have been missed.
func (m *Model) catchUp() tea.Cmd {
	return tea.Batch(m.soon(messagesJob), m.soon(peopleJob), m.soon(threadsJob))
}
