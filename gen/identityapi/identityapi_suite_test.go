package identityapi_test

import (
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

func TestIdentityAPI(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "identityapi")
}
