package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/acschat/acs-chat-go/chat/chattest"
)

// home is the directory of an emulator.
type home struct {
	dir       string // absolute
	temporary bool   // it is removed in the end
}

// openHome makes a directory if it is not there, and a temporary one for "".
func openHome(dir string) (*home, error) {
	if dir == "" {
		dir, err := os.MkdirTemp("", "acschat-emulator-")
		return &home{dir: dir, temporary: true}, err
	}
	dir, err := filepath.Abs(dir)
	if err == nil {
		err = os.MkdirAll(dir, 0o700)
	}
	if err != nil {
		return nil, fmt.Errorf("--data: %w", err)
	}
	return &home{dir: dir}, nil
}

func (h *home) path(name string) string { return filepath.Join(h.dir, name) }

// openService opens the service whose data is here. That of a temporary home is not on disk at all.
func (h *home) openService(options *chattest.Options) (*chattest.Service, error) {
	if h.temporary {
		return chattest.Open(options)
	}
	options.Path = h.path("chat.db")
	service, err := chattest.Open(options)
	switch {
	case errors.Is(err, chattest.ErrInUse):
		return nil, fmt.Errorf("--data %s is in use by another process: end that emulator, or choose another directory", h.dir)
	case err != nil:
		return nil, fmt.Errorf("--data %s: %s", h.dir, strings.TrimPrefix(err.Error(), "chattest: "))
	}
	return service, nil
}

func (h *home) close() error {
	if h.temporary {
		return os.RemoveAll(h.dir)
	}
	return nil
}
