package main

import (
	"flag"
	"fmt"
)

// choice has the flags of a command that changes messages.
type choice struct {
	database, thread, key, format *string
	all                           *bool
}

// choose parses the flags of a command that changes messages.
func (t *tool) choose(command string, args []string, help string) (choice, error) {
	f := flag.NewFlagSet(command, flag.ContinueOnError)
	c := choice{addDatabase(f), f.String("thread", "", ""), f.String("key", "", ""), addFormat(f), f.Bool("all", false, "")}
	return c, t.parse(f, args, help)
}

// showCount prints how many messages were changed.
func (t *tool) showCount(format, member, text string, n int) error {
	if format != formatTable {
		return t.writeJSONObject(format, map[string]int{member: n})
	}
	_, err := fmt.Fprintf(t.stdout, "%s: %d\n", text, n)
	return err
}
