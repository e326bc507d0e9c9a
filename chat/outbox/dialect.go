package outbox

import "strings"

// dialect is how a database spells what the others spell otherwise.
type dialect struct {
	now        string // microseconds since 1970
	least      string // the function that returns its least argument
	lockRow    string // ends a SELECT that locks its row until the transaction ends
	skipLocked string // as lockRow, without the row if another transaction has locked it
	lockLease  string // as lockRow, with limitIdle
	limitIdle  string // limits how long the transaction may be idle, "" if that blocks no other process
	ofClient   string // the last client that worked on a job of River
	jobNow     string // the time by which River chooses jobs
	jobTooLate string // a time that no job waits for, unless the clock was set back
	positional bool   // parameters are ?1 instead of $1
}

// setIdle limits, until the transaction ends, how long it may be idle.
const setIdle = "set_config('idle_in_transaction_session_timeout', '5s', true)"

var postgres = dialect{ //nolint:gochecknoglobals // a constant
	now:        "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint",
	least:      "least",
	lockRow:    " FOR UPDATE",
	skipLocked: " FOR UPDATE SKIP LOCKED",
	limitIdle:  "SELECT " + setIdle,
	lockLease:  " AND " + setIdle + " <> '' FOR UPDATE",
	ofClient:   "coalesce(attempted_by[array_upper(attempted_by, 1)], '')",
	jobNow:     "now()",
	jobTooLate: "now() + interval '10 seconds'",
}

// sqlite needs no locks of rows: a transaction that begins with _txlock=immediate is the only one that writes.
var sqlite = dialect{ //nolint:gochecknoglobals // a constant
	now:        "CAST(unixepoch('subsec') * 1000000 AS INTEGER)",
	least:      "min",
	jobNow:     "datetime('now', 'subsec')",
	jobTooLate: "datetime('now', 'subsec', '+10 seconds')",
	positional: true,
}

func (d *dialect) parameters(statement string) string {
	if d.positional {
		return strings.ReplaceAll(statement, "$", "?")
	}
	return statement
}
