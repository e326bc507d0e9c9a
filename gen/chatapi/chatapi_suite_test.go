package chatapi_test

import (
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

func TestChatAPI(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "chatapi")
}
