//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package feed

import (
	"errors"
	"os"
	"syscall"
)

// lockFile opens a file that is locked until it is closed, or the process ends. It is one system call here and one on Windows: with a module for
// locks, every program that imports this package would have that module in its go.mod.
func lockFile(name string) (*os.File, error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(&os.PathError{Op: "flock", Path: name, Err: err}, f.Close())
	}
	return f, nil
}
