// Command benchmarks compares package chat with a client written by hand on net/http and encoding/json, the floor, and with the
// generated client on its own. It prints the figures of each, the ratios, and whether they are within their bounds. It exits with
// status 1 if one is not, or if the clients return different data.
//
// All clients call one server over TLS and HTTP/2, a separate process on this machine, and then the same responses without a
// socket. They take turns in short runs, so that other load on the machine affects all of them alike. Machines differ: only the
// ratios matter.
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
	output := flag.String("o", "", "file to write all runs to, in the format of Go benchmarks")
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
		return errors.New("build with an empty GOEXPERIMENT: the floor uses the default toolchain")
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

// create creates the file for the runs, a temporary one if name is empty.
func create(name string) (*os.File, error) {
	if name == "" {
		return os.CreateTemp("", "benchmarks-*.txt")
	}
	return os.Create(name)
}

// benchstat is pinned here, since it is not a dependency of the module.
const benchstat = "golang.org/x/perf/cmd/benchstat@v0.0.0-20260908200009-22c9c6c9d4da"

// compare prints the medians of all runs and their confidence.
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
