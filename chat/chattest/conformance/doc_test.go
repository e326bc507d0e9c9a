//go:build conformance

// Package conformance_test runs the official JavaScript and Python clients, as they are, against the emulator: as a library and as a
// program. The checks are theirs, in the language of each, under testdata; every one of them is a spec here.
//
// make conformance runs it: it has the build tag conformance, since it takes Node and Python and what npm and Debian have for them.
// A client that is not installed is skipped, and one line says so.
package conformance_test
