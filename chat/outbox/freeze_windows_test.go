package outbox_test

import "os/exec"

func freeze(*exec.Cmd) {}
func thaw(*exec.Cmd)   {}
