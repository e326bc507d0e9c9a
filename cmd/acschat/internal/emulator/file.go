package emulator

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// writeWhole writes a file that only its owner can read. It replaces the file at once, or leaves it as it was.
func writeWhole(file string, text []byte) error { return writeMode(file, text, 0o600) }

// writeMode is writeWhole for a file with another mode.
func writeMode(file string, text []byte, mode fs.FileMode) (err error) {
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
	err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close())
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), file)
}
