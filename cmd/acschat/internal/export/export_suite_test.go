package export_test

import (
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/spf13/cobra"

	"github.com/acschat/acs-chat-go/cmd/acschat/internal/cli"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/clitest"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/export"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/flags"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/session"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/show"
)

func TestMain(m *testing.M) { clitest.Main(m, tool()) }

func TestExport(t *testing.T) {
	RegisterFailHandler(Fail)
	SetDefaultEventuallyTimeout(30 * time.Second)
	RunSpecs(t, "cmd/acschat/internal/export")
}

// tool is the tool with only the export command.
func tool() clitest.Tool {
	return clitest.Room(func(p cli.Process, s *session.Session, o *show.Output) *cobra.Command {
		var thread session.ThreadFlag
		x := &export.Export{Grace: p.GraceOrDefault()}
		cmd := &cobra.Command{
			Use:  "export THREAD",
			Args: flags.Takes("thread"),
			RunE: func(cmd *cobra.Command, _ []string) (err error) {
				if err := x.Check(); err != nil {
					return err
				}
				if x.Thread, err = thread.Client(cmd.Context()); err != nil {
					return err
				}
				x.Limiter = s.Limiter()
				return x.Run(cmd.Context(), o)
			},
		}
		thread.AddTo(cmd, s)
		x.AddFlags(cmd, &s.Unpaced)
		return cmd
	})
}
