package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/acschat/acs-chat-go/cmd/acschat/internal/harmless"
)

// output is how results are shown.
type output struct{ format format }

// format is the flag --output.
type format string

const (
	formatTable format = "table"
	formatJSON  format = "json"
	formatLines format = "jsonl"
)

func formats() []string {
	return []string{string(formatTable), string(formatJSON), string(formatLines)}
}

func (f *format) String() string { return string(*f) }
func (f *format) Type() string   { return "FORMAT" }

func (f *format) Set(text string) error {
	if !slices.Contains(formats(), text) {
		return fmt.Errorf("must be one of %s", strings.Join(formats(), ", "))
	}
	*f = format(text)
	return nil
}

func (o *output) addFlags(root *cobra.Command) {
	o.format = formatTable
	root.PersistentFlags().VarP(&o.format, "output", "o", "table, json, or jsonl: one object a line")
	complete(root, "output", cobra.FixedCompletions(formats(), cobra.ShellCompDirectiveNoFileComp))
}

// view is how one kind of thing is shown: in columns for people, in the service's form for programs.
type view[T any] struct {
	columns []column[T]
	wire    func(T) any
}

// column is a title and what stands under it, which need not be printable.
type column[T any] struct {
	title string
	text  func(T) string
	loose bool // it is cut where the terminal ends; one at most
}

// show prints one thing: a line for each column that has something to say.
func show[T any](cmd *cobra.Command, o *output, v view[T], thing T) error {
	if o.format != formatTable {
		return o.object(cmd.OutOrStdout(), v.wire(thing))
	}
	var rows [][2]string
	for _, c := range v.columns {
		if text := c.text(thing); text != "" {
			rows = append(rows, [2]string{c.title, harmless.Text(text)})
		}
	}
	return details(cmd.OutOrStdout(), rows)
}

// done tells people what was done. Programs have the exit code.
func (o *output) done(cmd *cobra.Command, format string, args ...any) error {
	if o.format != formatTable {
		return nil
	}
	_, err := fmt.Fprintln(cmd.OutOrStdout(), harmless.Line(fmt.Sprintf(format, args...)))
	return err
}

// object writes one JSON object.
func (o *output) object(out io.Writer, value any) error {
	indent := "  "
	if o.format == formatLines {
		indent = ""
	}
	_, err := out.Write(append(marshal(value, "", indent), '\n'))
	return err
}
