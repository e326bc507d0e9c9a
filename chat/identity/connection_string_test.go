package identity_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat/identity"
)

var _ = Describe("NewClientFromConnectionString", func() {
	DescribeTable("accepts a connection string", func(text, endpoint, key string) {
		bubble(newYear, func() { // at one moment, equal keys make equal signatures
			wire := answering(reply(http.StatusNoContent, ""))
			client, err := identity.NewClientFromConnectionString(text, options(wire))
			Expect(err).NotTo(HaveOccurred())
			same, err := identity.NewClientWithAccessKey(endpoint, key, options(wire))
			Expect(err).NotTo(HaveOccurred())
			Expect(client.Endpoint()).To(Equal(endpoint))
			Expect(client.DeleteUser(context.Background(), ada)).To(Succeed())
			Expect(same.DeleteUser(context.Background(), ada)).To(Succeed())
			sent := wire.Requests()
			Expect(sent[0].URL).To(HavePrefix(endpoint + "/identities/"))
			Expect(sent[0].Header["Authorization"]).To(Equal(sent[1].Header["Authorization"]))
		})
	},
		Entry("of the portal", "endpoint=https://r.communication.azure.com/;accesskey="+testKey, "https://r.communication.azure.com", testKey),
		Entry("in the other order", "accesskey="+testKey+";endpoint=https://r.com/", "https://r.com", testKey),
		Entry("in another letter case", "EndPoint=https://r.com;AccessKey="+testKey, "https://r.com", testKey),
		Entry("with spaces", "  endpoint = https://r.com/ ; accesskey = "+testKey+"  ", "https://r.com", testKey),
		Entry("with a line break", "endpoint=https://r.com/;accesskey="+testKey+"\r\n", "https://r.com", testKey),
		Entry("with a semicolon at the end", "endpoint=https://r.com/;accesskey="+testKey+";", "https://r.com", testKey),
		Entry("with empty parts", ";;endpoint=https://r.com/; ;accesskey="+testKey, "https://r.com", testKey),
		Entry("with other parts, also twice", "endpoint=https://r.com/;accesskey="+testKey+";foo=bar;foo=baz", "https://r.com", testKey),
		Entry("with a port", "endpoint=https://localhost:8443/;accesskey="+testKey, "https://localhost:8443", testKey),
		Entry("with many slashes", "endpoint=https://r.com///;accesskey="+testKey, "https://r.com", testKey),
		Entry("without a scheme", "endpoint=r.com;accesskey="+testKey, "https://r.com", testKey),
		Entry("with a key of three bytes, padded too much", "endpoint=https://r.com/;accesskey=a2V5==", "https://r.com", "a2V5"),
		Entry("with a key without padding", "endpoint=https://r.com/;accesskey=MDEyMzQ1Njc4OWFiY2RlZg", "https://r.com", testKey),
		Entry("with every letter of base64", "endpoint=https://r.com/;accesskey=+/+/AZaz09==", "https://r.com", "+/+/AZaz09=="),
	)

	const secret = "c2VjcmV0LWtleS1vZi1jb250b3Nv"
	const whole = "endpoint=https://r.com/;accesskey=" + secret

	DescribeTable("rejects an invalid one, and does not show the key", func(text, reason string) {
		client, err := identity.NewClientFromConnectionString(text, nil)
		Expect(client).To(BeNil())
		Expect(err).To(beArgument("connectionString"))
		Expect(err).To(MatchError(ContainSubstring(reason)))
		Expect(err.Error()).NotTo(ContainSubstring(secret[:8]))
	},
		Entry("an empty string, as of a variable that is not set", "", "is empty: is the environment variable set?"),
		Entry("only a line break", " \r\n", "is empty"),
		Entry("only a semicolon", ";", "has no endpoint"),
		Entry("only the endpoint", "https://r.com/", `is only the endpoint: a whole one looks like "endpoint=https://`),
		Entry("only the endpoint, with spaces and a semicolon", " https://r.com/; ", "is only the endpoint"),
		Entry("the endpoint without its name", "https://r.com/;accesskey="+secret, `without "="`),
		Entry("no key", "endpoint=https://r.com/", "has no accesskey"),
		Entry("an empty key", "endpoint=https://r.com/;accesskey=", "has no accesskey"),
		Entry("a key of padding", "endpoint=https://r.com/;accesskey===", "must not be empty"),
		Entry("no endpoint", "accesskey="+secret, "has no endpoint"),
		Entry("only the key", secret, `has a part without "=": a whole one looks like "endpoint=https://`),
		Entry("a word", "foo", `has a part without "=": a whole one looks like "endpoint=https://`),
		Entry("the key without its name", "endpoint=https://r.com/;"+secret, `without "="`),
		Entry("two endpoints", "endpoint=https://r.com/;Endpoint=https://s.com/;accesskey="+secret, "more than one endpoint"),
		Entry("two keys", "endpoint=https://r.com/;accesskey="+secret+";AccessKey="+secret, "more than one accesskey"),
		Entry("a key that is not base64", "endpoint=https://r.com/;accesskey="+secret+"!", "base64"),
		Entry("a truncated key", "endpoint=https://r.com/;accesskey="+secret+"Q", "base64"),
		Entry("one in quotes", `"`+whole+`"`, "is in quotes: remove them"),
		Entry("one in JSON", `{"connectionString":"`+whole+`"}`, "is JSON: pass only the text of the connection string in it"),
		Entry("the line of a .env file", "ACS_CONNECTION_STRING="+whole, "begins with a name, as in NAME=value: pass only the value"),
		Entry("a line of a shell", "export ACS_CONNECTION_STRING="+whole, "begins with a name"),
		Entry("a line of YAML", "connectionString: "+whole, "begins with a name"),
		Entry("the line of a .env file, in the other order", "ACS=accesskey="+secret+";endpoint=https://r.com/", "begins with a name"),
		Entry("a comma at its end", whole+",", "ends with a comma: remove it"),
		Entry("a byte order mark", "\ufeff"+whole, "begins with a byte order mark: save the file as UTF-8 without one"),
		Entry("UTF-16", "e\x00n\x00d\x00", "contains NUL characters"),
		Entry("an unresolved reference to Key Vault", "@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/s/)", "is a Key Vault reference that was not resolved"),
		Entry("a variable that was not replaced", "$ACS_CONNECTION_STRING", "is a placeholder that was not replaced by its value"),
		Entry("a key in quotes", `endpoint=https://r.com/;accesskey='`+secret+`'`, "is in quotes"),
		Entry("a key in quotes, before the endpoint", `accesskey='`+secret+`';endpoint=https://r.com/`, "holds an accesskey that is in quotes"),
		Entry("an endpoint in quotes", `endpoint="https://r.com/";accesskey=`+secret, "has an endpoint that is in quotes"),
		Entry("a key that was not replaced", "endpoint=https://r.com/;accesskey=<key>", "holds an accesskey that is a placeholder"),
		Entry("an endpoint over http", "endpoint=http://r.com/;accesskey="+secret, "https"),
		Entry("an endpoint that is the key", "endpoint="+secret+"!!;accesskey="+secret+"/ /", "base64"),
		Entry("an endpoint with a query", "endpoint=https://r.com/?key="+secret+";accesskey="+secret, "query"),
		Entry("an endpoint that is not a URL", "endpoint=https://%zz"+secret+";accesskey="+secret, "must be a URL"),
		Entry("an endpoint that is the address of the users", "endpoint=https://r.com/identities/;accesskey="+secret, `"/identities"`),
		Entry("an endpoint of another kind", "endpoint=sb://r.com/;accesskey="+secret, "https"),
	)

	It("accepts an http endpoint if that is allowed", func() {
		allowed := options(nil)
		allowed.InsecureAllowCredentialWithHTTP = true
		client, err := identity.NewClientFromConnectionString("endpoint=http://localhost:7777/;accesskey="+testKey, allowed)
		Expect(err).NotTo(HaveOccurred())
		Expect(client.Endpoint()).To(Equal("http://localhost:7777"))
	})
})

var _ = Describe("NewClientWithAccessKey", func() {
	const secret = "c2VjcmV0LWtleS1vZi1jb250b3Nv"

	DescribeTable("rejects a key with something around it, and does not show it", func(text, reason string) {
		client, err := identity.NewClientWithAccessKey(testEndpoint, text, nil)
		Expect(client).To(BeNil())
		Expect(err).To(beArgument("accessKey"))
		Expect(err).To(MatchError(ContainSubstring("accessKey " + reason)))
		Expect(err.Error()).NotTo(ContainSubstring(secret[:8]))
	},
		Entry("quotes", `"`+secret+`"`, "is in quotes: remove them"),
		Entry("JSON", `{"primaryKey":"`+secret+`"}`, "is JSON: pass only the text of the access key in it"),
		Entry("a name", "accesskey="+secret, "begins with a name, as in NAME=value: pass only the value"),
		Entry("a name of YAML", "primaryKey: "+secret, "begins with a name"),
		Entry("a comma", secret+",", "ends with a comma: remove it"),
		Entry("a byte order mark", "\ufeff"+secret, "begins with a byte order mark"),
		Entry("the connection string", "endpoint=https://r.com/;accesskey="+secret, "is a connection string: use NewClientFromConnectionString"),
		Entry("an unresolved reference to Key Vault", "@Microsoft.KeyVault(VaultName=v;SecretName=s)", "is a Key Vault reference that was not resolved"),
		Entry("a variable that was not replaced", "%ACS_KEY%", "is a placeholder that was not replaced by its value"),
		Entry("a format that was not applied", "%s", "is a placeholder that was not replaced by its value"),
		Entry("signs that are not base64", "%%", "must be base64"),
		Entry("an encoded key", "%2Bc2Vj", "must be base64"),
		Entry("a lone sign", "$", "must be base64"),
		Entry("nothing", " ", "must not be empty"),
		Entry("another alphabet", "c2Vj-cmV0", "must be base64"),
	)

	It("accepts one that ends with a line break, or lacks its padding", func() {
		for _, text := range []string{testKey + "\n", strings.TrimRight(testKey, "=")} {
			_, err := identity.NewClientWithAccessKey(testEndpoint, text, nil)
			Expect(err).NotTo(HaveOccurred())
		}
	})
})

var _ = Describe("An Entra token", func() {
	It("with something around it is rejected before any request, and not shown", func(ctx SpecContext) {
		const secret = `"secret-token"`
		wire := answering()
		client, err := identity.NewClientWithAccessKey(testEndpoint, testKey, options(wire))
		Expect(err).NotTo(HaveOccurred())
		_, err = client.GetTokenForTeamsExtensionUser(ctx, secret)
		Expect(err).To(beArgument("entraToken"))
		Expect(err).To(MatchError("chat: entraToken is in quotes: remove them"))
		_, err = client.GetTokenForTeamsUser(ctx, secret, "app", "user")
		Expect(err).To(MatchError("chat: entraToken is in quotes: remove them"))

		entra, err := identity.NewClient(testEndpoint, &entraStub{lifetime: time.Hour, fixed: secret}, options(wire))
		Expect(err).NotTo(HaveOccurred())
		_, err = entra.CreateUser(ctx, nil)
		Expect(err).To(MatchError(ContainSubstring("the Entra token is in quotes: remove them")))
		Expect(err.Error()).NotTo(ContainSubstring("secret"))
		Expect(wire.Requests()).To(BeEmpty())
	})
})

const marker = "5ecret"

func FuzzConnectionString(f *testing.F) {
	f.Add("endpoint=https://r.com/;accesskey=%s", testKey)
	f.Add(" EndPoint = r.com ; AccessKey = %s ;;foo=bar", testKey)
	f.Add("accesskey=%s;endpoint=http://r.com", "c2VjcmV0")
	f.Add("%s", "====")
	f.Add("endpoint=%s;accesskey=%s", "://u:p@r.com/?q#f")
	f.Fuzz(func(t *testing.T, form, key string) {
		text := strings.ReplaceAll(form, "%s", marker+key)
		client, err := identity.NewClientFromConnectionString(text, nil)
		switch {
		case (err == nil) == (client == nil):
			t.Errorf("%q: client %v, error %v", text, client, err)
		case err != nil && strings.Contains(err.Error(), marker):
			t.Errorf("%q: the error shows the key: %v", text, err)
		case err == nil && (!strings.HasPrefix(client.Endpoint(), "https://") || strings.HasSuffix(client.Endpoint(), "/")):
			t.Errorf("%q: endpoint %q", text, client.Endpoint())
		}
	})
}
