package trust_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/cmd/acschat/internal/shell"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/trust"
)

// commands returns the commands of each hint.
func commands(hints []trust.Hint) map[string][]string {
	all := map[string][]string{}
	for _, hint := range hints {
		all[hint.For] = hint.Commands
	}
	return all
}

var _ = Describe("Hints to trust an authority", func() {
	const (
		unix    = "/home/ana/the ca.pem"
		windows = `C:\Users\Ana B\ca.pem`
	)

	DescribeTable("are for each language on each system",
		func(reader trust.Reader, file string, want map[string][]string) {
			Expect(commands(reader.Programs(file))).To(Equal(want))
		},
		Entry("Linux", trust.Reader{System: "linux", Shell: shell.POSIX}, unix, map[string][]string{
			"Go":      {"SSL_CERT_FILE='/home/ana/the ca.pem' go run ."},
			"Node":    {"NODE_EXTRA_CA_CERTS='/home/ana/the ca.pem' node app.mjs"},
			"Python":  {"SSL_CERT_FILE='/home/ana/the ca.pem' REQUESTS_CA_BUNDLE='/home/ana/the ca.pem' python3 app.py"},
			"Java":    {"keytool -importcert -noprompt -cacerts -storepass changeit -alias acschat-emulator -file '/home/ana/the ca.pem'"},
			".NET":    {"SSL_CERT_FILE='/home/ana/the ca.pem' dotnet run"},
			"acschat": {"acschat user create --ca-file '/home/ana/the ca.pem'"},
		}),
		Entry("macOS, where Go and .NET use the authorities of the system", trust.Reader{System: "darwin", Shell: shell.POSIX}, "/Users/ana/ca.pem", map[string][]string{
			"Go":      {"security add-trusted-cert -r trustRoot -k ~/Library/Keychains/login.keychain-db /Users/ana/ca.pem", "go run ."},
			"Node":    {"NODE_EXTRA_CA_CERTS=/Users/ana/ca.pem node app.mjs"},
			"Python":  {"SSL_CERT_FILE=/Users/ana/ca.pem REQUESTS_CA_BUNDLE=/Users/ana/ca.pem python3 app.py"},
			"Java":    {"keytool -importcert -noprompt -cacerts -storepass changeit -alias acschat-emulator -file /Users/ana/ca.pem"},
			".NET":    nil,
			"acschat": {"acschat user create --ca-file /Users/ana/ca.pem"},
		}),
		Entry("Windows, in PowerShell", trust.Reader{System: "windows", Shell: shell.PowerShell}, windows, map[string][]string{
			"Go":      {`certutil -user -addstore Root 'C:\Users\Ana B\ca.pem'`, "go run ."},
			"Node":    {`$env:NODE_EXTRA_CA_CERTS = 'C:\Users\Ana B\ca.pem'; node app.mjs`},
			"Python":  {`$env:SSL_CERT_FILE = 'C:\Users\Ana B\ca.pem'; $env:REQUESTS_CA_BUNDLE = 'C:\Users\Ana B\ca.pem'; py app.py`},
			"Java":    {"java '-Djavax.net.ssl.trustStoreType=Windows-ROOT' -jar app.jar"},
			".NET":    nil,
			"acschat": {`acschat user create --ca-file 'C:\Users\Ana B\ca.pem'`},
		}),
		Entry("Windows, in the command prompt", trust.Reader{System: "windows", Shell: shell.Cmd}, windows, map[string][]string{
			"Go":      {`certutil -user -addstore Root "C:\Users\Ana B\ca.pem"`, "go run ."},
			"Node":    {`set "NODE_EXTRA_CA_CERTS=C:\Users\Ana B\ca.pem" && node app.mjs`},
			"Python":  {`set "SSL_CERT_FILE=C:\Users\Ana B\ca.pem" && set "REQUESTS_CA_BUNDLE=C:\Users\Ana B\ca.pem" && py app.py`},
			"Java":    {`java "-Djavax.net.ssl.trustStoreType=Windows-ROOT" -jar app.jar`},
			".NET":    nil,
			"acschat": {`acschat user create --ca-file "C:\Users\Ana B\ca.pem"`},
		}),
	)

	It("are for each family of systems", func() {
		reader := trust.Reader{System: "linux", Shell: shell.POSIX}
		all := commands(reader.Systems("/home/ana/ca.pem"))
		Expect(all).To(HaveLen(6))
		for _, family := range all {
			Expect(family).To(ContainElement(ContainSubstring("/home/ana/ca.pem")))
		}
		Expect(all["Debian, Ubuntu, Alpine"]).To(Equal([]string{
			"sudo cp /home/ana/ca.pem /usr/local/share/ca-certificates/acschat-emulator.crt", "sudo update-ca-certificates",
		}))
	})

	It("are for browsers, which have authorities of their own on Linux only", func() {
		linux := trust.Reader{System: "linux", Shell: shell.POSIX}
		Expect(commands(linux.Browsers(unix))["Chrome, Chromium, Edge"]).To(ContainElement(HaveSuffix("-i '/home/ana/the ca.pem'")))
		for _, reader := range []trust.Reader{{System: "windows", Shell: shell.PowerShell}, {System: "darwin", Shell: shell.POSIX}} {
			for _, hint := range reader.Browsers(unix) {
				Expect(hint.Commands).To(BeEmpty())
				Expect(hint.Note).NotTo(BeEmpty())
			}
		}
	})
})
