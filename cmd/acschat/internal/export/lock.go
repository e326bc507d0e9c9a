package export

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"

	"github.com/acschat/acs-chat-go/cmd/acschat/internal/cli"
)

// lockFile is in the directory while an export writes to it, and after a kill. The lock ends with the process.
const lockFile = "export.lock"

// lockDirectory creates a directory, and locks it so that no two exports write to it at the same time.
func lockDirectory(dir string) (release func(), _ error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, cli.Misuse("--out: %v", err)
	}
	path := filepath.Join(dir, lockFile)
	for {
		lock := flock.New(path, flock.SetPermissions(0o600))
		locked, err := lock.TryLock()
		switch {
		case errors.Is(err, errors.ErrUnsupported):
			return func() {}, nil
		case err != nil:
			return nil, fmt.Errorf("--out: %w", errors.Join(err, lock.Close()))
		case !locked:
			_ = lock.Close() // it holds nothing
			return nil, cli.Misuse("--out: another acschat is writing to %s: end it, or choose another directory", dir)
		case isAt(lock, path):
			return func() {
				_ = os.Remove(path) // Windows keeps an open file
				_ = lock.Close()    // no other export has waited for it
			}, nil
		}
		if err := lock.Close(); err != nil { // another export has just ended, and removed the file
			return nil, err
		}
	}
}

// isAt reports whether the locked file is still the one at path.
func isAt(lock *flock.Flock, path string) bool {
	locked, err := lock.Stat()
	if err != nil {
		return false
	}
	there, err := os.Stat(path)
	return err == nil && os.SameFile(locked, there)
}
