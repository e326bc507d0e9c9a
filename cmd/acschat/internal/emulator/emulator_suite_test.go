package emulator_test

import (
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/spf13/cobra"

	"github.com/acschat/acs-chat-go/cmd/acschat/internal/cli"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/clitest"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/emulator"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/session"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/show"
)

func TestMain(m *testing.M) { clitest.Main(m, tool()) }

func TestEmulator(t *testing.T) {
	RegisterFailHandler(Fail)
	SetDefaultEventuallyTimeout(30 * time.Second)
	RunSpecs(t, "cmd/acschat/internal/emulator")
}

// tool is the tool with only the emulator command.
func tool() clitest.Tool {
	return clitest.Room(func(p cli.Process, _ *session.Session, o *show.Output) *cobra.Command {
		e := emulator.New(p)
		cmd := &cobra.Command{
			Use:  "emulator",
			Args: cobra.NoArgs,
			RunE: func(cmd *cobra.Command, _ []string) error { return e.Run(cmd.Context(), o) },
		}
		e.AddFlags(cmd)
		cmd.AddCommand(emulator.NewCheck(p), emulator.NewDump(p, o), emulator.NewTrust(p, o))
		return cmd
	})
}

func emptyShell() *clitest.Shell { return clitest.Empty(tool()) }
