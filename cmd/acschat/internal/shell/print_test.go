package shell_test

import (
	"fmt"
	"os"
	"testing"
)

// TestPrint prints the variable that the suite sets in shells. It does nothing unless such a shell runs it.
func TestPrint(*testing.T) {
	if os.Getenv("ACSCHAT_SHELL_PRINT") != "" {
		fmt.Println("value:" + os.Getenv("ACSCHAT_SHELL_TEST"))
	}
}
