package input

import (
	"fmt"
	"strings"

	"github.com/acschat/acs-chat-go/cmd/acschat/internal/cli"
)

// maxBadRows is the most bad rows that are reported.
const maxBadRows = 10

// BadRows collects the errors of the rows of a file.
type BadRows struct {
	File string

	rows  []string
	first error
	more  bool
}

// Add adds the error of a row. It reports false if there are enough.
func (b *BadRows) Add(line int, err error) bool {
	if len(b.rows) == maxBadRows {
		b.more = true
		return false
	}
	if b.first == nil {
		b.first = cli.Misuse("%s, line %d: %v", Name(b.File), line, err)
	}
	b.rows = append(b.rows, fmt.Sprintf("  line %d: %v", line, err))
	return true
}

// Err returns an error that lists the bad rows, nil if there are none.
func (b *BadRows) Err() error {
	if len(b.rows) < 2 {
		return b.first
	}
	count := fmt.Sprint(len(b.rows))
	if b.more {
		count = "more than " + count
	}
	return cli.Misuse("%s: %s lines are invalid\n%s", Name(b.File), count, strings.Join(b.rows, "\n"))
}
