package emulator

import (
	"context"

	"github.com/acschat/acs-chat-go/cmd/acschat/internal/cli"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/session"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/shell"
)

// Environment returns the commands of a shell that point the tool at the emulator that wrote a ready file, or at the latest one if the
// name is empty.
func Environment(ctx context.Context, p cli.Process, s shell.Shell, readyFile string) (string, error) {
	a, err := addressOf(ctx, p, readyFile)
	if err != nil {
		return "", err
	}
	commands := s.Setting(session.ConnectionStringVariable, a.ConnectionString) + "\n"
	if a.CAFile == "" {
		return commands + s.Unsetting(session.CAFileVariable) + "\n", nil
	}
	return commands + s.Setting(session.CAFileVariable, a.CAFile) + "\n", nil
}
