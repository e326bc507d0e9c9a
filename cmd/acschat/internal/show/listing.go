package show

import (
	"bytes"
	"io"
	"iter"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/harmless"
)

// List prints a listing, each page as it arrives. limit is the most items; 0 is all.
func List[T any](o *Output, v View[T], pages iter.Seq2[chat.Page[T], error], limit int) error {
	l := NewListing(o, v)
	left := limit
	for page, err := range pages {
		if err != nil {
			return err
		}
		items := page.Items
		if limit > 0 {
			items = items[:min(left, len(items))]
			left -= len(items)
		}
		if err := l.Write(items); err != nil {
			return err
		}
		if limit > 0 && left == 0 {
			break
		}
	}
	return l.End()
}

// Listing prints the items of a list as they arrive.
type Listing[T any] interface {
	Write(items []T) error
	End() error
}

// NewListing returns the listing for the format of o.
func NewListing[T any](o *Output, v View[T]) Listing[T] {
	switch o.Format {
	case JSON:
		return &arrayListing[T]{out: o.Out, object: v.object}
	case Lines:
		return &linesListing[T]{out: o.Out, object: v.object}
	}
	l := &tableListing[T]{columns: v.Columns, table: newTable(o)}
	for i, c := range v.Columns {
		l.table.titles = append(l.table.titles, c.Title)
		l.table.widest = append(l.table.widest, c.Widest)
		if c.Loose {
			l.table.loose = i
		}
	}
	return l
}

type tableListing[T any] struct {
	columns []Column[T]
	table   *table
}

func (l *tableListing[T]) Write(items []T) error {
	rows := make([][]string, len(items))
	for i, item := range items {
		for _, c := range l.columns {
			rows[i] = append(rows[i], harmless.Line(c.Text(item)))
		}
	}
	return l.table.write(rows)
}

func (l *tableListing[T]) End() error { return l.table.end() }

// linesListing writes one object per line.
type linesListing[T any] struct {
	out    io.Writer
	object func(T) any
}

func (l *linesListing[T]) Write(items []T) error {
	var b bytes.Buffer
	for _, item := range items {
		b.Write(append(Marshal(l.object(item), "", ""), '\n'))
	}
	_, err := l.out.Write(b.Bytes())
	return err
}

func (l *linesListing[T]) End() error { return nil }

// arrayListing writes an array. It is closed only when the listing is complete, so that an incomplete one is not valid JSON.
type arrayListing[T any] struct {
	out    io.Writer
	object func(T) any
	begun  bool
}

func (l *arrayListing[T]) Write(items []T) error {
	var b bytes.Buffer
	for _, item := range items {
		separator := ",\n  "
		if !l.begun {
			separator, l.begun = "[\n  ", true
		}
		b.WriteString(separator)
		b.Write(Marshal(l.object(item), "  ", "  "))
	}
	_, err := l.out.Write(b.Bytes())
	return err
}

func (l *arrayListing[T]) End() error {
	end := "\n]\n"
	if !l.begun {
		end = "[]\n"
	}
	_, err := io.WriteString(l.out, end)
	return err
}
