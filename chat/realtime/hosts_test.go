package realtime_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat/realtime"
)

var _ = Describe("The token", func() {
	DescribeTable("is sent to the host of the configuration, and to its domain",
		func(socket, named string, want bool) {
			Expect(realtime.MayGetToken(socket, named)).To(Equal(want))
		},
		Entry(nil, "https://go.trouter.example.com/", "https://go.trouter.example.com", true),
		Entry(nil, "https://GO.trouter.example.com:443/", "https://go.trouter.example.com/path", true),
		Entry(nil, "https://eus-3.pub.trouter.example.com/", "https://go.trouter.example.com", true),
		Entry(nil, "https://trouter.example.com/", "https://go.trouter.example.com", false),
		Entry(nil, "https://evil-trouter.example.com/", "https://go.trouter.example.com", false),
		Entry(nil, "https://other.example.com/", "https://go.example.com", false),
		Entry(nil, "https://go.trouter.example.com:8443/", "https://go.trouter.example.com", false),
		Entry(nil, "https://go.trouter.example.com@evil.test/", "https://go.trouter.example.com", false),
		Entry(nil, "http://go.trouter.example.com/", "https://go.trouter.example.com", false),
		Entry(nil, "https://127.0.0.1:8443/", "https://127.0.0.1:8443", true),
		Entry(nil, "https://9.9.0.1:8443/", "https://127.9.0.1:8443", false),
		Entry(nil, "http://localhost:8080/", "http://localhost:8080", true),
		Entry(nil, "http://[::1]:8080/", "http://[::1]:8080", true),
		Entry(nil, "http://localhost:8080/", "http://localhost:9090", false),
		Entry(nil, "ftp://localhost:8080/", "ftp://localhost:8080", false),
		Entry(nil, "", "https://go.trouter.example.com", false),
	)
})
