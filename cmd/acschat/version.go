package main

import (
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/acschat/acs-chat-go/cmd/acschat/internal/flags"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/show"
)

// build is the build information of the binary.
type build struct {
	Version  string `json:"version"`
	Revision string `json:"revision,omitempty"`
	Time     string `json:"time,omitempty"`
	Modified bool   `json:"modified,omitempty"` // uncommitted changes
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

func newVersion(t *tool) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Long:  "Print the version and how it was built. Include it in bug reports.",
		Example: `  acschat version
  acschat version --output json`,
		Args: flags.TakesNone,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return show.One(&t.output, buildView(), thisBuild())
		},
	}
}

// showVersion adds --version to the root command.
func (t *tool) showVersion() {
	help := t.root.RunE
	t.root.RunE = func(cmd *cobra.Command, args []string) error {
		if t.version && len(args) == 0 {
			return show.One(&t.output, buildView(), thisBuild())
		}
		return help(cmd, args)
	}
}

func thisBuild() build {
	b := build{Version: "unknown", Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	b.Version = info.Main.Version
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Revision = s.Value
		case "vcs.time":
			b.Time = s.Value
		case "vcs.modified":
			b.Modified = s.Value == "true"
		}
	}
	return b
}

func buildView() show.View[build] {
	return show.View[build]{
		Columns: []show.Column[build]{
			{Title: "acschat", Text: func(b build) string { return b.Version }},
			{Title: "Revision", Text: func(b build) string {
				if b.Modified {
					return b.Revision + ", modified"
				}
				return b.Revision
			}},
			{Title: "Time", Text: func(b build) string { return b.Time }},
			{Title: "Go", Text: func(b build) string { return b.Go }},
			{Title: "Platform", Text: func(b build) string { return b.Platform }},
		},
		Wire: func(b build) any { return b },
	}
}
