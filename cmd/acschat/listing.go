package main

import (
	"bytes"
	"io"
	"iter"

	"github.com/spf13/cobra"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/harmless"
)

// list prints a listing, each page as it comes. limit is how many things at most; 0 is all.
func list[T any](cmd *cobra.Command, o *output, v view[T], pages iter.Seq2[chat.Page[T], error], limit int) error {
	l := newListing(cmd.OutOrStdout(), o, v)
	left := limit
	for page, err := range pages {
		if err != nil {
			return err
		}
		things := page.Items
		if limit > 0 {
			things = things[:min(left, len(things))]
			left -= len(things)
		}
		if err := l.write(things); err != nil {
			return err
		}
		if limit > 0 && left == 0 {
			break
		}
	}
	return l.end()
}

// listing takes the things of a list, some at a time, and shows them at once.
type listing[T any] interface {
	write(things []T) error
	end() error
}

func newListing[T any](out io.Writer, o *output, v view[T]) listing[T] {
	switch o.format {
	case formatJSON:
		return &arrayListing[T]{out: out, wire: v.wire}
	case formatLines:
		return &linesListing[T]{out: out, wire: v.wire}
	}
	l := &tableListing[T]{columns: v.columns, table: newTable(out)}
	for i, c := range v.columns {
		l.table.titles = append(l.table.titles, c.title)
		if c.loose {
			l.table.loose = i
		}
	}
	return l
}

type tableListing[T any] struct {
	columns []column[T]
	table   *table
}

func (l *tableListing[T]) write(things []T) error {
	rows := make([][]string, len(things))
	for i, thing := range things {
		for _, c := range l.columns {
			rows[i] = append(rows[i], harmless.Line(c.text(thing)))
		}
	}
	return l.table.write(rows)
}

func (l *tableListing[T]) end() error { return l.table.end() }

// linesListing writes an object a line.
type linesListing[T any] struct {
	out  io.Writer
	wire func(T) any
}

func (l *linesListing[T]) write(things []T) error {
	var b bytes.Buffer
	for _, thing := range things {
		b.Write(append(marshal(l.wire(thing), "", ""), '\n'))
	}
	_, err := l.out.Write(b.Bytes())
	return err
}

func (l *linesListing[T]) end() error { return nil }

// arrayListing writes an array. It is closed only when the listing is complete, so that half of one can't pass for all of it.
type arrayListing[T any] struct {
	out   io.Writer
	wire  func(T) any
	begun bool
}

func (l *arrayListing[T]) write(things []T) error {
	var b bytes.Buffer
	for _, thing := range things {
		separator := ",\n  "
		if !l.begun {
			separator, l.begun = "[\n  ", true
		}
		b.WriteString(separator)
		b.Write(marshal(l.wire(thing), "  ", "  "))
	}
	_, err := l.out.Write(b.Bytes())
	return err
}

func (l *arrayListing[T]) end() error {
	end := "\n]\n"
	if !l.begun {
		end = "[]\n"
	}
	_, err := io.WriteString(l.out, end)
	return err
}

// addPaging adds the flags of every listing.
func addPaging(cmd *cobra.Command, limit, pageSize *int) {
	cmd.Flags().Var((*count)(limit), "limit", "`N` at most; 0 is all")
	cmd.Flags().Var((*count)(pageSize), "page-size", "`N` a request at most; 0 leaves it to the service")
}
