// Package show prints results: as tables for people, as JSON for programs.
package show

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/acschat/acs-chat-go/cmd/acschat/internal/harmless"
)

// Output is where results go, and in which format.
type Output struct {
	Format Format
	Out    io.Writer // results
	Err    io.Writer // progress
}

// Format is the value of --output.
type Format string

// The formats.
const (
	Table Format = "table"
	JSON  Format = "json"
	Lines Format = "jsonl"
)

func formats() []string {
	return []string{string(Table), string(JSON), string(Lines)}
}

func (f *Format) String() string { return string(*f) }

// Type implements pflag.Value.
func (f *Format) Type() string { return "FORMAT" }

// Set implements pflag.Value.
func (f *Format) Set(text string) error {
	if !slices.Contains(formats(), text) {
		return fmt.Errorf("must be one of %s", strings.Join(formats(), ", "))
	}
	*f = Format(text)
	return nil
}

// AddFlags adds --output.
func (o *Output) AddFlags(root *cobra.Command) {
	o.Format = Table
	root.PersistentFlags().VarP(&o.Format, "output", "o", "table, json, or jsonl: one object per line")
	err := root.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(formats(), cobra.ShellCompDirectiveNoFileComp))
	if err != nil {
		panic(err) // the flag does not exist
	}
}

// View describes how values of one type are shown: in columns for people, as an object of the service for programs.
type View[T any] struct {
	Columns []Column[T]
	Wire    func(T) any // the object; nil is the value itself
}

func (v View[T]) object(value T) any {
	if v.Wire == nil {
		return value
	}
	return v.Wire(value)
}

// Column is a title and the text below it, which need not be printable.
type Column[T any] struct {
	Title  string
	Text   func(T) string
	Widest string // the column has room for this text from the start; "" if it is not known
	Loose  bool   // cut at the edge of the terminal; at most one column
}

// One prints one value: a line for each column that is not empty.
func One[T any](o *Output, v View[T], value T) error {
	if o.Format != Table {
		return o.Object(v.object(value))
	}
	var rows [][2]string
	for _, c := range v.Columns {
		if text := c.Text(value); text != "" {
			rows = append(rows, [2]string{c.Title, harmless.Text(text)})
		}
	}
	return o.Details(rows)
}

// Done tells people what was done. Programs have the exit code.
func (o *Output) Done(format string, args ...any) error {
	if o.Format != Table {
		return nil
	}
	_, err := fmt.Fprintln(o.Out, harmless.Line(fmt.Sprintf(format, args...)))
	return err
}

// Object writes a JSON object.
func (o *Output) Object(value any) error {
	indent := "  "
	if o.Format == Lines {
		indent = ""
	}
	_, err := o.Out.Write(append(Marshal(value, "", indent), '\n'))
	return err
}

// Details writes pairs of a title and a text.
func (o *Output) Details(rows [][2]string) error {
	return WriteDetails(o.Out, rows, o.Colored())
}
