package main

import (
	"errors"
	"strconv"
)

// count is the value of a flag that says how many.
type count int

func (c *count) String() string { return strconv.Itoa(int(*c)) }
func (c *count) Type() string   { return "N" }

func (c *count) Set(text string) error {
	n, err := strconv.Atoi(text)
	switch {
	case errors.Is(err, strconv.ErrRange) && n > 0:
		return errors.New("it is too large")
	case err != nil || n < 0:
		return errors.New("must be a whole number, 0 or more")
	}
	*c = count(n)
	return nil
}
