//go:build conformance

// Package conformance_test runs the official JavaScript and Python clients, unmodified, against the emulator: as a library and as a
// program. The checks of both are written in their language, under testdata; each of them is a spec here.
//
// The JavaScript client also runs in headless Chromium, bundled for browsers, on a page whose origin is not that of the emulator. There
// it receives events in real time, and a table of expectations in Go holds for it and for the listener of package realtime alike.
//
// The documentation in ../docs for these languages is run as it is written: the suite takes the files and the commands out of the pages.
// So are the programs that the emulator shows on its empty page.
//
// make conformance runs it. It has the build tag conformance, since it needs Node, Chromium and Python, and what npm and Debian have for
// them. What is missing is skipped, and one line says so.
package conformance_test
