package clitest

import (
	"context"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"testing"

	"github.com/spf13/cobra"

	"github.com/acschat/acs-chat-go/cmd/acschat/internal/cli"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/session"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/show"
)

// Room returns a tool with one command, for the suite of a package that does the work of the command.
func Room(command func(cli.Process, *session.Session, *show.Output) *cobra.Command) Tool {
	return func(ctx context.Context, p cli.Process) int {
		s := &session.Session{Getenv: p.Getenv, Stdin: p.Stdin, Log: p.Stderr}
		o := &show.Output{Out: &cli.Stdout{Writer: p.Stdout}, Err: p.Stderr}
		started := false
		root := &cobra.Command{
			Use: "acschat", SilenceErrors: true, SilenceUsage: true,
			PersistentPreRun: func(*cobra.Command, []string) { started = true },
		}
		root.SetArgs(append([]string{}, p.Args...)) // for nil, cobra reads os.Args
		root.SetIn(p.Stdin)
		root.SetOut(o.Out)
		root.SetErr(p.Stderr)
		s.AddFlags(root.PersistentFlags())
		o.AddFlags(root)
		root.AddCommand(command(p, s, o))
		cmd, err := root.ExecuteContextC(ctx)
		if err != nil && !started {
			err = cli.Misuse("%s", err)
		}
		return cli.Report(p.Stderr, err, cli.Next(err, cmd.CommandPath()))
	}
}

// asTool has the binary of a suite run the tool of the suite.
const asTool = "ACSCHAT_SUITE_AS_TOOL"

// Main is the TestMain of a suite that runs its tool in other processes too: see Self.
func Main(m *testing.M, tool Tool) {
	if os.Getenv(asTool) == "" {
		os.Exit(m.Run())
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := tool(ctx, cli.Process{
		Args: os.Args[1:], Getenv: os.Getenv, ConfigDir: os.UserConfigDir, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
	})
	stop()
	os.Exit(code)
}

// Self returns a command line for a process of its own, which runs the tool of the suite. The suite's TestMain is Main.
func (s *Shell) Self(args ...string) *exec.Cmd {
	self, err := os.Executable()
	if err != nil {
		panic(err) // it runs
	}
	return s.With(asTool, "1").Exec(self, args...)
}
