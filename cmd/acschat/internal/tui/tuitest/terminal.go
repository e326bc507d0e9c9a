//go:build unix

// Package tuitest provides a terminal for specs of full-screen programs: specs type keys and read the screen.
package tuitest

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
	"golang.org/x/term"
)

// TB is the part of testing.TB that a terminal needs. GinkgoTB returns one.
type TB interface {
	Helper()
	Cleanup(func())
	Fatalf(format string, args ...any)
}

// Terminal is a pty with a screen. Its methods may be called while a program draws.
type Terminal struct {
	tb       TB
	tty      *os.File // for the program
	keyboard *os.File // for the user
	ended    chan struct{}

	mu       sync.Mutex // guards all below
	screen   *vt.Emulator
	settings Settings
	written  strings.Builder
}

// Settings are the settings of a terminal that a program may change and must restore.
type Settings struct {
	AlternateScreen bool
	CursorHidden    bool
	Modes           []ansi.Mode // those that differ from their initial state, in order
	Keyboard        int         // levels of the keyboard protocol that are pushed
	OtherKeys       int         // how keys with modifiers are reported
	Line            *term.State // of the line discipline: echo, signals and others
}

// New creates a terminal of width columns and height rows. It is closed at the end of the test.
func New(tb TB, width, height uint16) *Terminal {
	tb.Helper()
	keyboard, tty, err := pty.Open()
	if err != nil {
		tb.Fatalf("open a pty: %v", err)
	}
	t := &Terminal{tb: tb, tty: tty, keyboard: keyboard, ended: make(chan struct{}, 1), screen: vt.NewEmulator(int(width), int(height))}
	t.Resize(width, height)
	t.watch()
	t.show()
	return t
}

// show draws the output of programs and answers their queries.
func (t *Terminal) show() {
	var done sync.WaitGroup
	done.Go(func() {
		buffer := make([]byte, 64<<10)
		for {
			n, err := t.keyboard.Read(buffer)
			t.mu.Lock()
			t.written.Write(buffer[:n])
			_, _ = t.screen.Write(buffer[:n])
			t.mu.Unlock()
			if err != nil {
				return // all programs have closed the other end
			}
		}
	})
	done.Go(func() { _, _ = io.Copy(t.keyboard, t.screen) })
	t.tb.Cleanup(func() {
		_ = t.tty.Close()
		_ = t.keyboard.Close()
		_ = t.screen.InputPipe().(io.Closer).Close()
		done.Wait()
	})
}

// watch tracks the settings.
func (t *Terminal) watch() {
	t.screen.SetCallbacks(vt.Callbacks{
		AltScreen:        func(on bool) { t.settings.AlternateScreen = on },
		CursorVisibility: func(visible bool) { t.settings.CursorHidden = !visible },
		EnableMode:       t.mode(true),
		DisableMode:      t.mode(false),
	})
	parameter := func(params ansi.Params, i, missing int) int {
		value, _, _ := params.Param(i, missing)
		return value
	}
	t.screen.RegisterCsiHandler(ansi.Command('>', 0, 'u'), func(ansi.Params) bool { t.settings.Keyboard++; return true })
	t.screen.RegisterCsiHandler(ansi.Command('<', 0, 'u'), func(params ansi.Params) bool {
		t.settings.Keyboard = max(t.settings.Keyboard-parameter(params, 0, 1), 0)
		return true
	})
	t.screen.RegisterOscHandler(endMark, func([]byte) bool { t.ended <- struct{}{}; return true })
	t.screen.RegisterCsiHandler(ansi.Command('>', 0, 'm'), func(params ansi.Params) bool {
		if parameter(params, 0, 0) == 4 {
			t.settings.OtherKeys = parameter(params, 1, 0)
		}
		return true
	})
}

// mode records a mode that is set or reset, if that differs from its initial state.
func (t *Terminal) mode(on bool) func(ansi.Mode) {
	return func(m ansi.Mode) {
		usual := m == ansi.ModeAutoWrap || m == ansi.ModeTextCursorEnable
		i, noted := slices.BinarySearchFunc(t.settings.Modes, m, func(a, b ansi.Mode) int { return a.Mode() - b.Mode() })
		switch {
		case on == usual && noted:
			t.settings.Modes = slices.Delete(t.settings.Modes, i, i+1)
		case on != usual && !noted:
			t.settings.Modes = slices.Insert(t.settings.Modes, i, m)
		}
	}
}

// Run starts a command on the terminal, as a shell does. A stdin of nil is the terminal; another one is kept. The command is
// killed at the end of the test if it still runs.
func (t *Terminal) Run(cmd *exec.Cmd) {
	t.tb.Helper()
	if cmd.Stdin == nil {
		cmd.Stdin = t.tty
	}
	cmd.Stdout, cmd.Stderr = t.tty, t.tty
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true, Ctty: 1}
	if err := cmd.Start(); err != nil {
		t.tb.Fatalf("start %s: %v", cmd.Path, err)
	}
	t.tb.Cleanup(func() { _ = cmd.Process.Kill() })
}

// Wait waits until a command has exited and its output is on the screen. It returns the exit code.
func (t *Terminal) Wait(cmd *exec.Cmd) int {
	t.tb.Helper()
	stuck := time.AfterFunc(patience, func() { _ = cmd.Process.Kill() })
	_ = cmd.Wait() // a nonzero exit code is an error here
	if !stuck.Stop() {
		t.tb.Fatalf("%s did not end within %s:\n%s", cmd.Path, patience, t.Screen())
	}
	if _, err := fmt.Fprintf(t.tty, "\x1b]%d;\a", endMark); err != nil {
		t.tb.Fatalf("write to the terminal: %v", err)
	}
	<-t.ended
	return cmd.ProcessState.ExitCode()
}

// patience is how long a command may take to end.
const patience = time.Minute

// endMark is the number of an OSC command that terminals ignore. It arrives after all output before it.
const endMark = 7_777_777

// Type presses keys, given as the sequences that a terminal sends.
func (t *Terminal) Type(keys string) {
	t.tb.Helper()
	if _, err := io.WriteString(t.keyboard, keys); err != nil {
		t.tb.Fatalf("type: %v", err)
	}
}

// Print writes text to the screen as another program would.
func (t *Terminal) Print(text string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	_, _ = t.screen.WriteString(text)
}

// Resize changes the size, and tells the program.
func (t *Terminal) Resize(width, height uint16) {
	t.tb.Helper()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.screen.Resize(int(width), int(height))
	if err := pty.Setsize(t.keyboard, &pty.Winsize{Rows: height, Cols: width}); err != nil {
		t.tb.Fatalf("resize: %v", err)
	}
}

// Screen returns the visible text, one line for each row, without trailing spaces.
func (t *Terminal) Screen() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.screen.String()
}

// Row returns the first row that contains text, "" if there is none.
func (t *Terminal) Row(text string) string {
	for row := range strings.SplitSeq(t.Screen(), "\n") {
		if strings.Contains(row, text) {
			return row
		}
	}
	return ""
}

// Settings returns the current settings.
func (t *Terminal) Settings() Settings {
	t.tb.Helper()
	line, err := term.GetState(int(t.tty.Fd()))
	if err != nil {
		t.tb.Fatalf("read the settings of the line: %v", err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	settings := t.settings
	settings.Modes, settings.Line = append([]ansi.Mode(nil), settings.Modes...), line
	return settings
}

// Written returns everything that programs have written so far.
func (t *Terminal) Written() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.written.String()
}
