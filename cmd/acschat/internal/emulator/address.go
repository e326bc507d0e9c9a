package emulator

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/acschat/acs-chat-go/cmd/acschat/internal/cli"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/show"
)

// address is what a program needs to connect to an emulator.
type address struct {
	Endpoint         string `json:"endpoint"`
	ConnectionString string `json:"connectionString"`
	CAFile           string `json:"caFile,omitempty"` // absolute
}

// readyFile is the value of --ready-file; "" is none.
type readyFile string

// write writes the address. Readers never see a part of it.
func (f readyFile) write(a address) error {
	if f == "" {
		return nil
	}
	if err := writeWhole(string(f), append(show.Marshal(a, "", "  "), '\n')); err != nil {
		return fmt.Errorf("--ready-file: %w", err)
	}
	return nil
}

func (f readyFile) remove() error {
	if f == "" {
		return nil
	}
	info, err := os.Lstat(string(f))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err == nil && !info.Mode().IsRegular():
		return cli.Misuse("--ready-file %s: it exists, and is not a regular file", f)
	case err == nil:
		err = os.Remove(string(f))
	}
	if err != nil {
		return fmt.Errorf("--ready-file: %w", err)
	}
	return nil
}
