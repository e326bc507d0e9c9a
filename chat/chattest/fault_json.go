package chattest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// faultJSON is the JSON form of a fault. Its durations hide those of the fault, which have the same names.
type faultJSON struct {
	plainFault

	RetryAfter duration `json:"retryAfter,omitzero"`
	ClockSkew  duration `json:"clockSkew,omitzero"`
	Delay      duration `json:"delay,omitzero"`
	ListingLag duration `json:"listingLag,omitzero"`
}

// plainFault is a fault without its methods.
type plainFault Fault

func (f Fault) json() faultJSON {
	return faultJSON{plainFault(f), duration(f.RetryAfter), duration(f.ClockSkew), duration(f.Delay), duration(f.ListingLag)}
}

func (f faultJSON) fault() Fault {
	fault := Fault(f.plainFault)
	fault.RetryAfter, fault.ClockSkew, fault.Delay = time.Duration(f.RetryAfter), time.Duration(f.ClockSkew), time.Duration(f.Delay)
	fault.ListingLag = time.Duration(f.ListingLag)
	return fault
}

// MarshalJSON writes the members that are not zero.
func (f Fault) MarshalJSON() ([]byte, error) {
	return encode(f.json()), nil
}

// UnmarshalJSON reads a fault. It refuses unknown members and invalid values.
func (f *Fault) UnmarshalJSON(data []byte) error {
	var read faultJSON
	if err := decodeStrictly(bytes.NewReader(data), &read); err != nil {
		return err
	}
	if err := read.fault().check(); err != nil {
		return err
	}
	*f = read.fault()
	return nil
}

// duration is a duration in the form of [time.Duration.String].
type duration time.Duration

func (d duration) MarshalText() ([]byte, error) {
	return []byte(time.Duration(d).String()), nil
}

func (d *duration) UnmarshalText(text []byte) error {
	read, err := time.ParseDuration(string(text))
	if err != nil {
		return fmt.Errorf(`%q is not a duration such as "1.5s"`, text)
	}
	*d = duration(read)
	return nil
}

// decodeStrictly reads one object with nothing after it. Its errors are meant for users who write JSON by hand.
func decodeStrictly(r io.Reader, into any) error {
	d := json.NewDecoder(r)
	d.DisallowUnknownFields()
	err := d.Decode(into)
	if err == nil {
		if _, err := d.Token(); !errors.Is(err, io.EOF) {
			return errors.New("there is more than one JSON value")
		}
		return nil
	}
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return fmt.Errorf("%s must not be a JSON %s", lastOf(wrong.Field), wrong.Value)
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("the JSON object is missing or incomplete")
	}
	return errors.New(strings.TrimPrefix(err.Error(), "json: "))
}

// lastOf returns the last member of a path, or "the value" for an empty path.
func lastOf(path string) string {
	if path == "" {
		return "the value"
	}
	return path[strings.LastIndexByte(path, '.')+1:]
}
