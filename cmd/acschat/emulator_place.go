package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/acschat/acs-chat-go/cmd/acschat/internal/cli"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/show"
)

// place is what a program needs to reach an emulator.
type place struct {
	Endpoint         string `json:"endpoint"`
	ConnectionString string `json:"connectionString"`
	CAFile           string `json:"caFile,omitempty"` // absolute
}

// readyFile is the flag --ready-file. An empty one is none.
type readyFile string

// write says where the emulator is. Whoever sees the file sees all of it.
func (f readyFile) write(p place) error {
	if f == "" {
		return nil
	}
	if err := writeWhole(string(f), append(show.Marshal(p, "", "  "), '\n')); err != nil {
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
		return cli.Misuse("--ready-file %s: there is something, and it is not a file", f)
	case err == nil:
		err = os.Remove(string(f))
	}
	if err != nil {
		return fmt.Errorf("--ready-file: %w", err)
	}
	return nil
}

// writeWhole writes a file that nobody else may read. It is there as a whole, or as it was before.
func writeWhole(file string, text []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(file), filepath.Base(file)+".*")
	if pathErr, ok := errors.AsType[*fs.PathError](err); ok {
		pathErr.Path = file
	}
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	_, err = f.Write(text)
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), file)
}
