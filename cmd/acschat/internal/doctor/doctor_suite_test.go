package doctor_test

import (
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/spf13/cobra"

	"github.com/acschat/acs-chat-go/cmd/acschat/internal/cli"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/clitest"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/doctor"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/session"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/show"
)

func TestDoctor(t *testing.T) {
	RegisterFailHandler(Fail)
	SetDefaultEventuallyTimeout(30 * time.Second)
	RunSpecs(t, "cmd/acschat/internal/doctor")
}

// tool is the tool with only the doctor command.
func tool() clitest.Tool {
	return clitest.Room(func(_ cli.Process, s *session.Session, o *show.Output) *cobra.Command {
		var thread session.ThreadFlag
		cmd := &cobra.Command{
			Use:  "doctor",
			Args: cobra.NoArgs,
			RunE: func(cmd *cobra.Command, _ []string) error {
				x, err := doctor.New(cmd.Context(), s, thread.Named(), o)
				if err != nil {
					return err
				}
				return x.Run(cmd.Context())
			},
		}
		thread.AddTo(cmd, s)
		return cmd
	})
}
