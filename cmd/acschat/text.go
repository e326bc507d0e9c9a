package main

import (
	"errors"
	"strings"
	"unicode/utf8"
)

// text is the value of a flag that others get to read. What is not UTF-8 is refused: it would reach them as something else.
type text string

var errNotUTF8 = errors.New("it is not UTF-8")

func (t *text) String() string { return string(*t) }
func (t *text) Type() string   { return "TEXT" }

func (t *text) Set(value string) error {
	if !utf8.ValidString(value) {
		return errNotUTF8
	}
	*t = text(value)
	return nil
}

// inUTF8 refuses what a file holds, or stdin for "-", if it is not UTF-8, and names the line.
func inUTF8(file, content string) error {
	number := 0
	for line := range strings.Lines(content) {
		if number++; !utf8.ValidString(line) {
			return misuse("%s, line %d: %v", inputName(file), number, errNotUTF8)
		}
	}
	return nil
}
