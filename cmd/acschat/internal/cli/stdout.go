package cli

import (
	"errors"
	"io"
	"syscall"
)

// ErrOutputClosed is returned by Stdout when its reader has closed the pipe, as in "acschat message list | head".
var ErrOutputClosed = errors.New("the reader has closed the output")

// Stdout distinguishes a closed pipe from other errors: a connection to the service can break with the same EPIPE.
// The writer is not embedded, because the WriteString of an os.File would bypass Write.
type Stdout struct {
	Writer io.Writer
	Err    error // of the last failed write; not all callers check theirs
}

func (s *Stdout) Write(p []byte) (int, error) {
	n, err := s.Writer.Write(p)
	if errors.Is(err, syscall.EPIPE) {
		err = ErrOutputClosed
	}
	if err != nil {
		s.Err = err
	}
	return n, err
}

// Fd returns the file descriptor of the writer, or an invalid one if it is not a file.
func (s *Stdout) Fd() uintptr {
	if f, ok := s.Writer.(interface{ Fd() uintptr }); ok {
		return f.Fd()
	}
	return ^uintptr(0)
}
