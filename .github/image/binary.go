package main

import (
	"debug/buildinfo"
	"debug/elf"
	"errors"
	"fmt"
	"path"
	"slices"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// binary is a program for one platform, with what its build information says.
type binary struct {
	file     string
	name     string
	platform v1.Platform
	version  string
	revision string    // empty if it was not built from version control
	time     time.Time // of the revision, or the zero time of Unix
}

// readBinaries reads the build information of files, which must be static binaries of one program and one version.
func readBinaries(files []string) ([]binary, error) {
	if len(files) == 0 {
		return nil, errors.New("no binary: name one for each platform")
	}
	var binaries []binary
	for _, file := range files {
		b, err := readBinary(file)
		if err != nil {
			return nil, err
		}
		if first := binaries; len(first) > 0 && (b.name != first[0].name || b.version != first[0].version || b.revision != first[0].revision) {
			return nil, fmt.Errorf("%s is %s %s, and %s is %s %s: an image has one program of one version",
				first[0].file, first[0].name, first[0].version, file, b.name, b.version)
		}
		if slices.ContainsFunc(binaries, func(other binary) bool { return other.platform.Equals(b.platform) }) {
			return nil, fmt.Errorf("%s: there is another binary for %s", file, b.platform)
		}
		binaries = append(binaries, b)
	}
	return binaries, nil
}

func readBinary(file string) (binary, error) {
	info, err := buildinfo.ReadFile(file)
	if err != nil {
		return binary{}, err
	}
	b := binary{file: file, name: path.Base(info.Path), version: info.Main.Version, time: time.Unix(0, 0).UTC()}
	for _, setting := range info.Settings {
		switch setting.Key {
		case "GOOS":
			b.platform.OS = setting.Value
		case "GOARCH":
			b.platform.Architecture = setting.Value
		case "vcs.revision":
			b.revision = setting.Value
		case "vcs.time":
			if b.time, err = time.Parse(time.RFC3339, setting.Value); err != nil {
				return binary{}, fmt.Errorf("%s: the time of its revision: %w", file, err)
			}
		}
	}
	if b.platform.OS != "linux" {
		return binary{}, fmt.Errorf("%s is for %s: an image needs a program for Linux", file, b.platform.OS)
	}
	return b, checkStatic(file)
}

// checkStatic reports an error if the program needs an interpreter that loads shared libraries, which the image does not have.
func checkStatic(file string) error {
	program, err := elf.Open(file)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	if err := program.Close(); err != nil {
		return err
	}
	if slices.ContainsFunc(program.Progs, func(p *elf.Prog) bool { return p.Type == elf.PT_INTERP }) {
		return fmt.Errorf("%s is not static: build it with CGO_ENABLED=0", file)
	}
	return nil
}
