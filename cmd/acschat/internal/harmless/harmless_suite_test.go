package harmless_test

import (
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

func TestHarmless(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "cmd/acschat/internal/harmless")
}
