//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd || windows)

package feed

import "os"

// lockFile opens a file. This system has no locks that end with the process.
func lockFile(name string) (*os.File, error) { return os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600) }
