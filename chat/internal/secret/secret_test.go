package secret_test

import (
	"strings"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat/internal/secret"
)

func TestSecret(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "chat/internal/secret")
}

var _ = Describe("CheckToken", func() {
	DescribeTable("accepts", func(token string) { Expect(secret.CheckToken(token)).To(Succeed()) },
		Entry("base64url", "eyJhbGciOiJSUzI1NiJ9.e30.c2ln-_"),
		Entry("the other alphabet, with padding in each part", "eyI+Pz==.e30=.c2ln/+=="),
		Entry("an opaque token with padding", "EwBgA8l6BAAU/+=="),
		Entry("the id of a user, as tests use", "8:acs:5b0c2f6e_0000002a#1"),
		Entry("the longest", strings.Repeat("x", 64<<10)),
	)
})

var _ = Describe("CheckConnectionString", func() {
	DescribeTable("accepts", func(text string) { Expect(secret.CheckConnectionString(text)).To(Succeed()) },
		Entry("a semicolon at the end", "endpoint=https://r.com/;accesskey=a2V5;"),
		Entry("white space around", " endpoint = https://r.com/ ; accesskey = a2V5 \r\n"),
		Entry("a part of another kind first", "BlobEndpoint=https://r.com/;endpoint=https://r.com/;accesskey=a2V5"),
	)
})
