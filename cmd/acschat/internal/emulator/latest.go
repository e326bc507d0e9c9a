package emulator

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/acschat/acs-chat-go/cmd/acschat/internal/cli"
)

// latestFile returns the ready file of the emulator of this user that was started last without one of its own; "" if the user has no
// directory for it.
func latestFile(p cli.Process) string {
	config := userConfig(p)
	if config == "" {
		return ""
	}
	return filepath.Join(config, "acschat", "emulator", "ready.json")
}

// register writes the address to the latest file, and returns the function that removes it. An emulator serves without, too.
func register(p cli.Process, a address) (unregister func()) {
	file := latestFile(p)
	if file == "" || os.MkdirAll(filepath.Dir(file), 0o700) != nil || readyFile(file).write(a) != nil {
		return func() {}
	}
	return func() {
		if text, err := os.ReadFile(file); err == nil && bytes.Equal(text, a.json()) { // no other emulator has been started since
			_ = os.Remove(file)
		}
	}
}

// latest returns the address of the emulator of this user that was started last, and checks that it still listens.
func latest(ctx context.Context, p cli.Process) (address, error) {
	const instead = "start one: acschat emulator; if it has a ready file of its own, or runs as another user, name that file with --ready-file"
	file := latestFile(p)
	a, err := readAddress(file)
	if file == "" || errors.Is(err, fs.ErrNotExist) {
		return a, errors.New("no emulator is running; " + instead)
	}
	if err != nil {
		return a, err
	}
	if err := a.dial(ctx, p); err != nil {
		return a, fmt.Errorf("no emulator is running at %s, where the last one was: %w; %s", a.Endpoint, err, instead)
	}
	return a, nil
}

// dialTimeout is how long a connection to an emulator may take: it is on this machine.
const dialTimeout = 5 * time.Second

// dial connects to the emulator, and disconnects.
func (a address) dial(ctx context.Context, p cli.Process) error {
	u, err := url.Parse(a.Endpoint)
	if err != nil {
		return err
	}
	dial := p.Dial
	if dial == nil {
		dial = (&net.Dialer{}).DialContext
	}
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	conn, err := dial(ctx, "tcp", u.Host)
	if err != nil {
		return err
	}
	return conn.Close()
}
