//go:build tools

// Package tools pins the generator that go generate runs, so that everybody's bindings come out the same.
package tools

import (
	_ "github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen"
)
