//go:build tools

// Package tools pins the programs that go generate and make run, so that everyone runs the same version.
package tools

import (
	_ "github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen"
)
