package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
)

// emulator is the service in a process of its own. Its log shows what has arrived.
type emulator struct {
	process *exec.Cmd
	ended   chan struct{} // closed when its log has ended

	Endpoint         string
	ConnectionString string

	mu sync.Mutex // guards seen
	seen
}

// seen is what a service has seen.
type seen struct {
	delivered, lostReplies, resets int // attempts to send
	searches, throttled, others    int
	threads                        map[string]*span
}

// span has the attempts of a thread.
type span struct {
	attempts    int
	first, last time.Time
}

// startEmulator starts an emulator with its ready file in dir.
func startEmulator(ctx context.Context, file, dir string, log io.Writer) (_ *emulator, err error) {
	ready := filepath.Join(dir, "ready.json")
	e := &emulator{ended: make(chan struct{}), seen: seen{threads: make(map[string]*span)}}
	e.process = exec.CommandContext(ctx, file, "emulator", "--plain", "--addr", "127.0.0.1:0", "--ready-file", ready, "--admin", "--log",
		"--enforce-limits", "--limit-divisor", strconv.Itoa(divisor))
	// A pipe would wake this process for each request, and so take processors from the workers.
	logName := filepath.Join(dir, "emulator.log")
	written, err := os.Create(logName)
	if err != nil {
		return nil, err
	}
	defer func() { _ = written.Close() }() // the process has it
	read, err := os.Open(logName)
	if err != nil {
		return nil, err
	}
	e.process.Stderr = written
	if err := e.process.Start(); err != nil {
		_ = read.Close()
		return nil, fmt.Errorf("start the emulator: %w", err)
	}
	defer func() {
		if err != nil {
			e.stop()
		}
	}()
	exited := make(chan struct{})
	go func() {
		defer close(exited)
		_ = e.process.Wait() // it is killed
	}()
	go func() {
		defer close(e.ended)
		defer func() { _ = read.Close() }()
		for scanner := bufio.NewScanner(&tail{read, exited}); scanner.Scan(); {
			if !e.note(scanner.Text()) {
				fmt.Fprintln(log, "emulator:", scanner.Text())
			}
		}
	}()
	for {
		text, err := os.ReadFile(ready)
		if err == nil {
			return e, json.Unmarshal(text, e)
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-e.ended:
			return nil, errors.New("the emulator has ended")
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// stop ends the process.
func (e *emulator) stop() {
	_ = e.process.Process.Kill()
	<-e.ended
}

// tail reads what a process writes to a file, until it has exited.
type tail struct {
	*os.File

	exited <-chan struct{}
}

const tailInterval = 20 * time.Millisecond

func (t *tail) Read(b []byte) (n int, err error) {
	for exited := false; ; {
		if n, err = t.File.Read(b); n > 0 || exited || !errors.Is(err, io.EOF) {
			return n, err
		}
		select {
		case <-t.exited:
			exited = true
		case <-time.After(tailInterval):
		}
	}
}

// fail injects a fault, with the members of the admin API.
func (e *emulator) fail(ctx context.Context, fault map[string]any) error {
	body, err := json.Marshal(fault)
	if err != nil {
		return err
	}
	return e.admin(ctx, http.MethodPost, body)
}

// heal removes all faults.
func (e *emulator) heal(ctx context.Context) error { return e.admin(ctx, http.MethodDelete, nil) }

func (e *emulator) admin(ctx context.Context, method string, body []byte) error {
	request, err := http.NewRequestWithContext(ctx, method, e.Endpoint+"/admin/faults", bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode >= http.StatusBadRequest {
		text, _ := io.ReadAll(response.Body)
		return fmt.Errorf("%s faults: %s: %s", method, response.Status, text)
	}
	return nil
}

// note reads a line of the log, such as
//
//	15:04:05.000  201  POST    /chat/threads/19:a/messages?api-version=…  1.2ms  8:acs:…  by fault 1
//
// and reports whether it is that of a request.
func (e *emulator) note(line string) bool {
	fields := strings.Fields(line)
	if len(fields) < 4 {
		return false
	}
	status, err := strconv.Atoi(fields[1])
	if err != nil {
		return false
	}
	path, _, _ := strings.Cut(fields[3], "?")
	thread, isMessages := strings.CutSuffix(strings.TrimPrefix(path, "/chat/threads/"), "/messages")
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case status == http.StatusTooManyRequests:
		e.throttled++
	case isMessages && fields[2] == http.MethodGet:
		e.searches++
	case !isMessages || fields[2] != http.MethodPost:
		e.others++
	default:
		e.attempt(status, thread, strings.Contains(line, "  by fault "))
	}
	return true
}

func (e *emulator) attempt(status int, thread string, byFault bool) {
	switch {
	case status == 0:
		e.resets++
	case status != http.StatusCreated:
		e.others++
		return
	case byFault:
		e.lostReplies++
	default:
		e.delivered++
	}
	now := time.Now()
	s := e.threads[thread]
	if s == nil {
		s = &span{first: now}
		e.threads[thread] = s
	}
	s.attempts++
	s.last = now
}

// observed returns what has been seen. No more requests must be under way.
func (e *emulator) observed() seen {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.seen
}

// sent returns how many messages have been sent.
func (e *emulator) sent() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.delivered + e.lostReplies
}

// attempts is the number of requests to send that were not refused.
func (s *seen) attempts() int { return s.delivered + s.lostReplies + s.resets }

// use returns which part of the attempts is used that the windows allow from the first attempt of each thread to its last.
func (s *seen) use() float64 {
	used, allowed := 0, 0.0
	for _, thread := range s.threads {
		used += thread.attempts
		allowed += perThread * (1 + float64(thread.last.Sub(thread.first))/float64(window))
	}
	return float64(used) / allowed
}
