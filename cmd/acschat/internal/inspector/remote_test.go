package inspector_test

import (
	"net/http"
	"net/url"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/inspector"
)

var _ = Describe("The page behind the mapped port of a container", func() {
	const gateway = "172.17.0.1:50000" // from which the requests of the machine come

	// at returns the status of a request to a service that is also called acs.
	at := func(allowed bool, method, target string, headers ...string) int {
		GinkgoHelper()
		i := inspector.New(nil)
		i.AllowRemote = allowed
		return newDeskOf(i, &chattest.Options{Hosts: []string{"acs"}}).do(request(method, target, "", headers...)).Code
	}

	DescribeTable("is served by each name of the service, whatever the port",
		func(host string) {
			Expect(at(true, "GET", "/", "Peer", gateway, "Host", host)).To(Equal(http.StatusOK))
			Expect(at(true, "GET", "/_inspector/page.css", "Peer", gateway, "Host", host, "Origin", "https://"+host)).To(Equal(http.StatusOK))
		},
		Entry("of --host", "acs:32768"),
		Entry("of the machine", "localhost:32768"),
		Entry("of the machine, as an address", "127.0.0.1:32768"),
	)

	DescribeTable("is refused",
		func(allowed bool, headers ...string) {
			Expect(at(allowed, "GET", "/", append([]string{"Peer", gateway}, headers...)...)).To(Equal(http.StatusForbidden))
			Expect(at(allowed, "POST", "/_inspector/reset", append([]string{"Peer", gateway}, headers...)...)).To(Equal(http.StatusForbidden))
		},
		Entry("without --host", false, "Host", "acs:32768"),
		Entry("by a name that resolves to the machine, as in DNS rebinding", true, "Host", "evil.example:32768"),
		Entry("by the address of the gateway", true, "Host", "172.17.0.1:32768"),
		Entry("to a page of another origin", true, "Host", "acs:32768", "Origin", "https://evil.example"),
		Entry("to a page of another port", true, "Host", "acs:32768", "Origin", "https://acs:9999"),
		Entry("to what a browser calls cross-site", true, "Host", "acs:32768", "Sec-Fetch-Site", "cross-site"),
	)

	It("accepts its own forms, and no others", func() {
		i := inspector.New(nil)
		i.AllowRemote = true
		d := newDeskOf(i, &chattest.Options{Hosts: []string{"acs"}})
		from := []string{"Peer", gateway, "Host", "acs:32768", "Origin", "https://acs:32768"}
		Expect(d.post("/_inspector/users", url.Values{}, from...).Code).To(Equal(http.StatusSeeOther))
		Expect(d.Users()).To(HaveLen(1))
		Expect(d.do(request("POST", "/_inspector/users", "", from...)).Code).To(Equal(http.StatusForbidden), "without the token of the page")
		Expect(d.Users()).To(HaveLen(1))
	})
})
