package main

import (
	"io"
	"time"
)

// divisor is how many times as fast as the service everything is.
const divisor = 60

// plan is what a run does.
type plan struct {
	Emulator string // the file of the tool
	Postgres string // a URL
	Redis    string // a URL

	Messages, Threads, Users int
	Workers                  int           // processes at a time
	KillEvery                time.Duration // kill one of them so often, 0 for never
	Kills                    int           // kill one of them so often, as the messages are sent
	Patience                 time.Duration // of the workers, 0 for that of the package
	Lease                    time.Duration // of requests in progress, in Redis, 0 for that of the package
	LeastUse                 float64       // of the attempts that the windows allow, below which the run fails

	Out, Log io.Writer
}

// perThread is the published number of messages in a minute, and in the emulator in a window.
const (
	perThread = 30
	window    = time.Minute / divisor
)

// deadline is when a run that has not ended has failed.
func (p *plan) deadline() time.Duration {
	least := time.Duration(p.Messages/p.Threads/perThread) * window
	return 5*least + 2*time.Minute
}
