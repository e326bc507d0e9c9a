package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"unicode"
	"unicode/utf16"
)

// The values of --output.
const (
	formatTable = "table"
	formatJSON  = "json"
	formatLines = "jsonl"
)

// addFormat adds --output and -o.
func addFormat(f *flag.FlagSet) *string {
	format := formatTable
	set := func(text string) error {
		if !slices.Contains([]string{formatTable, formatJSON, formatLines}, text) {
			return errors.New("must be one of table, json, jsonl")
		}
		format = text
		return nil
	}
	f.Func("output", "", set)
	f.Func("o", "", set)
	return &format
}

// writeTable writes rows in columns.
func (t *tool) writeTable(rows [][]string) error {
	var b bytes.Buffer
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		for i, cell := range row {
			row[i] = printable(cell)
		}
		fmt.Fprintln(w, strings.Join(row, "\t"))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for line := range bytes.Lines(b.Bytes()) {
		if _, err := t.stdout.Write(append(bytes.TrimRight(line, " \n"), '\n')); err != nil {
			return err
		}
	}
	return nil
}

// writeJSON writes an array, or an object in each line.
func (t *tool) writeJSON(format string, objects []any) error {
	if format == formatJSON {
		return t.writeJSONObject(format, objects)
	}
	for _, object := range objects {
		if err := t.writeJSONObject(format, object); err != nil {
			return err
		}
	}
	return nil
}

// writeJSONObject escapes characters that have an effect on a terminal, which means the same to a program.
func (t *tool) writeJSONObject(format string, object any) error {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if format == formatJSON {
		encoder.SetIndent("", "  ")
	}
	if err := encoder.Encode(object); err != nil {
		return err
	}
	escaped := make([]byte, 0, b.Len())
	for _, r := range b.String() {
		switch {
		case r == '\n' || unicode.IsPrint(r):
			escaped = append(escaped, string(r)...)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			escaped = fmt.Appendf(escaped, `\u%04x\u%04x`, high, low)
		default:
			escaped = fmt.Appendf(escaped, `\u%04x`, r)
		}
	}
	_, err := t.stdout.Write(escaped)
	return err
}

// printable replaces characters that have an effect on a terminal.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return unicode.ReplacementChar
	}, text)
}
