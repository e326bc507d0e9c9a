package emulator

import (
	"context"
	"encoding/json"
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

// json returns the contents of a ready file.
func (a address) json() []byte { return append(show.Marshal(a, "", "  "), '\n') }

// addressOf returns the address in a ready file, or that of the latest emulator if the name is empty.
func addressOf(ctx context.Context, p cli.Process, file string) (address, error) {
	if file == "" {
		return latest(ctx, p)
	}
	a, err := readAddress(file)
	if errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("the emulator is not running, or has another ready file: %w", err)
	}
	return a, err
}

// readAddress reads a ready file.
func readAddress(file string) (a address, err error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return a, err
	}
	if err := json.Unmarshal(text, &a); err != nil || a.Endpoint == "" || a.ConnectionString == "" {
		return a, cli.Misuse("%s is not a ready file of acschat emulator", file)
	}
	return a, nil
}

// readyFile is the value of --ready-file; "" is none.
type readyFile string

// write writes the address. Readers never see a part of it.
func (f readyFile) write(a address) error {
	if f == "" {
		return nil
	}
	if err := writeWhole(string(f), a.json()); err != nil {
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
