package inspector_test

import (
	"go/format"
	"html"
	"net/http"
	"regexp"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("How programs connect", func() {
	var d *desk

	BeforeEach(func() {
		d = newDesk(nil)
		DeferCleanup(d.Close)
	})

	It("is on the empty page: the connection string, the authority, and a program for Go, Node and Python", func() {
		page := html.UnescapeString(d.page("/"))
		Expect(page).To(And(
			ContainSubstring("export AZURE_COMMUNICATION_CONNECTION_STRING='"+d.ConnectionString()+"'"),
			ContainSubstring("SSL_CERT_FILE='"+caFile+"' go run ."), ContainSubstring("NODE_EXTRA_CA_CERTS='"+caFile+"' node app.mjs"),
			ContainSubstring("REQUESTS_CA_BUNDLE='"+caFile+"' python3 app.py"), ContainSubstring("CommunicationIdentityClient.from_connection_string"),
		))
		code := regexp.MustCompile(`(?s)data-copy="(package main.*?)"`).FindStringSubmatch(d.page("/"))
		Expect(code).To(HaveLen(2))
		formatted, err := format.Source([]byte(html.UnescapeString(code[1])))
		Expect(err).NotTo(HaveOccurred())
		Expect(string(formatted)).To(Equal(html.UnescapeString(code[1])))
	})

	It("gives way to what there is, and comes back on request", func() {
		d.NewUser()
		Expect(d.page("/")).NotTo(Or(ContainSubstring(accessKey), ContainSubstring("Connect a program")))
		link := regexp.MustCompile(`id="connect" href="([^"#]+)#`).FindStringSubmatch(d.page("/"))
		Expect(link).To(HaveLen(2))
		Expect(html.UnescapeString(d.page(link[1]))).To(ContainSubstring(d.ConnectionString()))
	})

	It("is not for other origins", func() {
		w := d.do(request("GET", "/?connect=yes", "", "Sec-Fetch-Site", "same-site"))
		Expect(w).To(HaveHTTPStatus(http.StatusForbidden))
		Expect(strings.Contains(w.Body.String(), accessKey)).To(BeFalse())
	})
})
