package emulator

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/acschat/acs-chat-go/chat/chattest"
)

// dataDir is the directory of an emulator.
type dataDir struct {
	dir       string // absolute
	temporary bool   // it is removed at the end
}

// openDataDir creates the directory if necessary, and a temporary one for "".
func openDataDir(dir string) (*dataDir, error) {
	if dir == "" {
		dir, err := os.MkdirTemp("", "acschat-emulator-")
		return &dataDir{dir: dir, temporary: true}, err
	}
	dir, err := filepath.Abs(dir)
	if err == nil {
		err = os.MkdirAll(dir, 0o700)
	}
	if err != nil {
		return nil, fmt.Errorf("--data: %w", err)
	}
	return &dataDir{dir: dir}, nil
}

func (d *dataDir) path(name string) string { return filepath.Join(d.dir, name) }

// openService opens the service whose data is in the directory. The data of a temporary one is not on disk.
func (d *dataDir) openService(options *chattest.Options) (*chattest.Service, error) {
	if d.temporary {
		return chattest.Open(options)
	}
	options.Path = d.path("chat.db")
	service, err := chattest.Open(options)
	switch {
	case errors.Is(err, chattest.ErrInUse):
		return nil, fmt.Errorf("--data %s is in use by another process: end that emulator, or choose another directory", d.dir)
	case err != nil:
		return nil, fmt.Errorf("--data %s: %s", d.dir, strings.TrimPrefix(err.Error(), "chattest: "))
	}
	return service, nil
}

func (d *dataDir) close() error {
	if d.temporary {
		return os.RemoveAll(d.dir)
	}
	return nil
}
