package main

import (
	"errors"
	"os"
	"syscall"
)

// errReaderGone says that nobody reads stdout any more: "acschat message list | head" has seen enough.
var errReaderGone = errors.New("nobody reads the output any more")

// stdout tells a reader who has gone from all else that can go wrong. A connection to the service may break with the same
// error, so that its text alone does not do. The file is not embedded, since its WriteString would go past Write.
type stdout struct {
	file   *os.File
	failed error // of the last write that failed: not everything that writes looks
}

func (s *stdout) Write(p []byte) (int, error) {
	n, err := s.file.Write(p)
	if errors.Is(err, syscall.EPIPE) {
		err = errReaderGone
	}
	if err != nil {
		s.failed = err
	}
	return n, err
}
