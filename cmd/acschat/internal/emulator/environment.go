package emulator

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/acschat/acs-chat-go/cmd/acschat/internal/cli"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/session"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/shell"
)

// Environment returns the commands of a shell that point the tool at the emulator that wrote a ready file.
func Environment(s shell.Shell, readyFile string) (string, error) {
	if readyFile == "" {
		return "", cli.Misuse("which emulator? Start it with --ready-file FILE, and name that file here")
	}
	text, err := os.ReadFile(readyFile)
	if err != nil {
		return "", fmt.Errorf("the emulator is not running, or has another ready file: %w", err)
	}
	var a address
	if err := json.Unmarshal(text, &a); err != nil || a.ConnectionString == "" {
		return "", cli.Misuse("%s is not a ready file of acschat emulator", readyFile)
	}
	commands := s.Setting(session.ConnectionStringVariable, a.ConnectionString) + "\n"
	if a.CAFile == "" {
		return commands + s.Unsetting(session.CAFileVariable) + "\n", nil
	}
	return commands + s.Setting(session.CAFileVariable, a.CAFile) + "\n", nil
}
