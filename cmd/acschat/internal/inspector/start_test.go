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

	DescribeTable("is in the language of the system of the browser",
		func(browser string, has, hasNot []string) {
			page := html.UnescapeString(d.do(request("GET", "/", "", "User-Agent", browser)).Body.String())
			for _, text := range has {
				Expect(page).To(ContainSubstring(text))
			}
			for _, text := range hasNot {
				Expect(page).NotTo(ContainSubstring(text))
			}
		},
		Entry("Windows", "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0.0.0 Safari/537.36", []string{
			"$env:AZURE_COMMUNICATION_CONNECTION_STRING = 'endpoint=", "certutil -user -addstore Root '" + caFile + "'\ngo run .",
			"$env:NODE_EXTRA_CA_CERTS = '" + caFile + "'; node app.mjs", "; py app.py",
		}, []string{"export AZURE", "SSL_CERT_FILE='"}),
		Entry("macOS", "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15", []string{
			"export AZURE_COMMUNICATION_CONNECTION_STRING='endpoint=", "security add-trusted-cert", "NODE_EXTRA_CA_CERTS='" + caFile + "' node app.mjs",
		}, []string{"$env:", "SSL_CERT_FILE='" + caFile + "' go run"}),
	)

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
