package show

import (
	"os"

	"golang.org/x/term"
)

// IsTerminal reports whether a reader or writer is a terminal.
func IsTerminal(stream any) bool {
	_, ok := terminal(stream)
	return ok
}

func terminal(stream any) (fd int, ok bool) {
	f, ok := stream.(interface{ Fd() uintptr })
	if !ok {
		return 0, false
	}
	fd = int(f.Fd())
	return fd, term.IsTerminal(fd)
}

// Colored reports whether results are shown in color: on a terminal, unless NO_COLOR or TERM=dumb asks for none.
func (o *Output) Colored() bool {
	return IsTerminal(o.Out) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

// width returns the width of the terminal, 0 if results do not go to one.
func (o *Output) width() int {
	fd, ok := terminal(o.Out)
	if !ok {
		return 0
	}
	width, _, err := term.GetSize(fd)
	if err != nil {
		return 0
	}
	return width
}
