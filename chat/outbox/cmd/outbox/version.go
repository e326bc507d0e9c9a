package main

import (
	"flag"
	"runtime"
	"runtime/debug"
)

const versionHelp = `Prints the version, how it was built, and where the source of River is, the
queue, which is licensed under the MPL 2.0.

Usage:
  outbox version [flags]
  outbox --version

Flags:
  -o, --output FORMAT  table, json or jsonl
`

const riverModule = "github.com/riverqueue/river"

// build is how the program was built.
type build struct {
	Version  string `json:"version"`
	Revision string `json:"revision,omitempty"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
	River    river  `json:"river"`
}

// river is the queue in the program. Its licence asks those who pass on a binary to say where the source is.
type river struct {
	Version string `json:"version"`
	Licence string `json:"licence"`
	Source  string `json:"source"`
}

func (t *tool) version(args []string) error {
	f := flag.NewFlagSet("version", flag.ContinueOnError)
	format := addFormat(f)
	if err := t.parse(f, args, versionHelp); err != nil {
		return err
	}
	info, _ := debug.ReadBuildInfo()
	b := buildOf(info)
	if *format != formatTable {
		return t.writeJSONObject(*format, b)
	}
	return t.writeTable([][]string{
		{"outbox", b.Version, b.Revision},
		{"Go", b.Go, b.Platform},
		{"River", b.River.Version, "licensed under the " + b.River.Licence + ", source: " + b.River.Source},
	})
}

// buildOf reads the build information of the binary, nil if it has none.
func buildOf(info *debug.BuildInfo) build {
	b := build{
		Version: "unknown", Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH,
		River: river{Version: "unknown", Licence: "MPL 2.0", Source: "https://" + riverModule},
	}
	if info == nil {
		return b
	}
	b.Version = info.Main.Version
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			b.Revision = s.Value
		}
	}
	for _, module := range info.Deps {
		if module.Path == riverModule {
			b.River.Version, b.River.Source = module.Version, b.River.Source+"/tree/"+module.Version
		}
	}
	return b
}
