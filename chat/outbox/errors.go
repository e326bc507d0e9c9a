package outbox

import (
	"errors"
	"fmt"
	"strings"
)

// ErrDuplicate is returned by [Outbox.Enqueue] if the outbox already has a message of the user in the thread with this key, whether it has
// been sent or not.
var ErrDuplicate = errors.New("the outbox already has a message with this key")

// ErrNotFound is returned by [Outbox.Get] if the outbox has no such message.
var ErrNotFound = errors.New("the outbox has no such message")

// ErrNotMigrated is returned if the database, or the schema of its connections, has no tables of the outbox, or those of an earlier
// version: see [Outbox.Migrate].
var ErrNotMigrated = errors.New("the database does not have the tables of the outbox in this version, which Migrate creates")

// failure makes the error of an operation.
func failure(operation string, err error) error {
	if isMissing(err) {
		err = fmt.Errorf("%w: %w", ErrNotMigrated, err)
	}
	return fmt.Errorf("outbox: %s: %w", operation, err)
}

// stateError is an error of Postgres, of every driver.
type stateError interface {
	error
	SQLState() string
}

// isMissing reports whether a table or a column is missing.
func isMissing(err error) bool {
	if postgres, ok := errors.AsType[stateError](err); ok {
		return postgres.SQLState() == "42P01" || postgres.SQLState() == "42703"
	}
	return strings.Contains(err.Error(), "no such table") || strings.Contains(err.Error(), "no such column")
}
