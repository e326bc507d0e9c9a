// Command benchmarks measures package chat beside a client written by hand on net/http and encoding/json, the floor, and beside the
// generated client alone. It prints the figures of each, the ratios, and whether they are within their bounds. If one is
// not, or if the clients do not bring the same data, it ends with status 1.
//
// All clients call one server over TLS and HTTP/2, which is a process of its own on this machine, and then the same answers
// without a socket. They take turns in short runs, so that whatever else the machine does hits all of them alike. Machines
// differ: only the ratios count.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strings"
)

func main() {
	if os.Getenv(serveVariable) != "" {
		end(serve())
		return
	}
	only := flag.String("work", "", "measure only the works whose name matches this regular expression")
	output := flag.String("o", "", "file to keep all runs in, in the format of Go benchmarks")
	flag.Parse()
	end(run(context.Background(), *only, *output))
}

func end(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "benchmarks:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, only, output string) (err error) {
	if strings.Contains(runtime.Version(), " X:") {
		return errors.New("the floor is what the default toolchain makes: build with an empty GOEXPERIMENT")
	}
	chosen, err := regexp.Compile(only)
	if err != nil {
		return err
	}
	file, err := create(output)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	fmt.Fprintf(file, "goos: %s\ngoarch: %s\n", runtime.GOOS, runtime.GOARCH)
	server, err := startServer(ctx)
	if err != nil {
		return fmt.Errorf("start the server: %w", err)
	}
	defer func() { err = errors.Join(err, server.Close()) }()
	works, err := Works(ctx, server)
	if err != nil {
		return err
	}

	var results []Result
	for _, work := range works {
		if !chosen.MatchString(work.Name) {
			continue
		}
		fmt.Fprintln(os.Stderr, work.Name)
		result, err := Measure(ctx, work)
		if err != nil {
			return fmt.Errorf("%s: %w", work.Name, err)
		}
		if err := result.WriteRuns(file); err != nil {
			return err
		}
		results = append(results, result)
	}
	if err := compare(ctx, file.Name()); err != nil {
		return err
	}
	WriteFigures(os.Stdout, results)
	if missed := WriteVerdict(os.Stdout, results); missed > 0 {
		return fmt.Errorf("%d out of bounds", missed)
	}
	return nil
}

// create makes the file for the runs, a temporary one if it has no name.
func create(name string) (*os.File, error) {
	if name == "" {
		return os.CreateTemp("", "benchmarks-*.txt")
	}
	return os.Create(name)
}

// benchstat is pinned here: it is no dependency of the module.
const benchstat = "golang.org/x/perf/cmd/benchstat@v0.0.0-20260908200009-22c9c6c9d4da"

// compare prints the medians of all runs, and how sure they are.
func compare(ctx context.Context, runs string) error {
	for _, versus := range []string{"client", "decoder", "pages"} {
		command := exec.CommandContext(ctx, "go", "run", benchstat, "-col", "/"+versus, "-filter", "/"+versus+":/./", runs)
		command.Stdout, command.Stderr = os.Stdout, os.Stderr
		if err := command.Run(); err != nil {
			return fmt.Errorf("benchstat: %w", err)
		}
	}
	return nil
}
