package redact_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/acschat/acs-chat-go/chat/redact"
)

// Secrets of every kind, made up.
const (
	header    = "eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ"
	payload   = "eyJza3lwZWlkIjoiYWNzOmZha2UiLCJleHAiOjE3NjIxNjE2MDB9"
	signed    = header + "." + payload + ".c2ln-bmF0_dXJl"
	standard  = "eyJhbGci/iJu+25lIn0=." + payload + "+/8=.c2+n/A=="
	encrypted = "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..aXYtaXYtaXY.Y2lwaGVydGV4dA.dGFn"
	opaque    = "Zm9vYmFyYmF6cXV4Zm9vYmFy"
	key       = "bm90LWEtcmVhbC1rZXkvMDEyMzQ1Njc4OWFiY2RlZiE+/w=="
)

// Keys as Azure makes them: 64 bytes, and 63 bytes with a mark.
var (
	longKey   = strings.Repeat("aB3+/x", 14) + "Zz=="
	markedKey = strings.Repeat("aB3x", 13) + "JQQJ99BDACULYCpXAAAAAAAAAZCS1234"
)

var _ = Describe("Text", func() {
	DescribeTable("erases tokens",
		func(text, want string) {
			Expect(redact.Text(text)).To(Equal(want))
		},
		Entry("alone", signed, "[redacted]"),
		Entry("in a sentence", "the token "+signed+" is bad", "the token [redacted] is bad"),
		Entry("in quotes", `"`+signed+`", '`+signed+`'`, `"[redacted]", '[redacted]'`),
		Entry("in parentheses", "token("+signed+")", "token([redacted])"),
		Entry("in standard base 64", "<"+standard+">", "<[redacted]>"),
		Entry("in a URL", "/x?a="+url.QueryEscape(standard)+"&b=1", "/x?a=[redacted]&b=1"),
		Entry("in JSON that escapes slashes", `["`+strings.ReplaceAll(standard, "/", `\/`)+`"]`, `["[redacted]"]`),
		Entry("in JSON that escapes plus and equals signs", `["`+strings.NewReplacer("+", `\u002B`, "=", `\u003d`).Replace(standard)+`"]`, `["[redacted]"]`),
		Entry("encrypted, of five parts", "got "+encrypted+"!", "got [redacted]!"),
		Entry("unsigned", header+"."+payload+".", "[redacted]"),
		Entry("without the signature", header+"."+payload, "[redacted]"),
		Entry("cut short", header+"."+payload[:5], "[redacted]"),
		Entry("after a line break that is quoted", `"a\n`+signed+`\n"`, `"a\n[redacted]\n"`),
		Entry("several", signed+" "+encrypted+"\n"+standard, "[redacted] [redacted]\n[redacted]"),
		Entry("in a header", "Authorization: Bearer "+signed, "Authorization: Bearer [redacted]"),
		Entry("opaque, in a header", "authorization: bearer abc\r\nHost: x", "authorization: [redacted]\r\nHost: x"),
		Entry("of a proxy", "Proxy-Authorization: Basic dXNlcjpwYXNz", "Proxy-Authorization: [redacted]"),
		Entry("in a header that Go prints", fmt.Sprint(http.Header{"Authorization": {"Bearer abc"}, "Host": {"x"}}), "map[Authorization:[[redacted]] Host:[x]]"),
		Entry("in a header as JSON", inJSON(http.Header{"Authorization": {"Bearer abc"}}), `{"Authorization":["[redacted]"]}`),
		Entry("opaque, after the scheme", "got Bearer "+opaque+".", "got Bearer [redacted]"),
		Entry("in a header of the real-time service", "X-Skypetoken: abc", "X-Skypetoken: [redacted]"),
		Entry("in a header of the real-time service as JSON", `{"X-Skypetoken":"abc"}`, `{"X-Skypetoken":"[redacted]"}`),
		Entry("in a field", `{"token":"abc","expiresOn":"2026"}`, `{"token":"[redacted]","expiresOn":"2026"}`),
		Entry("in a field inside a JSON string", `{"body":"{\"token\": \"abc\"}"}`, `{"body":"{\"token\": \"[redacted]\"}"}`),
		Entry("in a field with the scheme", `token="Bearer abc"`, `token="[redacted]"`),
		Entry("in a parameter", "/x?access_token=abc&b=1", "/x?access_token=[redacted]&b=1"),
	)

	DescribeTable("erases access keys",
		func(text, want string) {
			Expect(redact.Text(text)).To(Equal(want))
		},
		Entry("in a connection string", "endpoint=https://host/;accesskey="+key+" is bad", "endpoint=https://host/;accesskey=[redacted] is bad"),
		Entry("before the endpoint", "AccessKey = "+key+" ; endpoint=https://host/", "AccessKey = [redacted] ; endpoint=https://host/"),
		Entry("in quotes", `"accesskey=`+key+`"`, `"accesskey=[redacted]"`),
		Entry("in a URL", "?c="+url.QueryEscape("endpoint=https://host/;accesskey="+key), "?c=endpoint%3Dhttps%3A%2F%2Fhost%2F%3Baccesskey%3D[redacted]"),
		Entry("in JSON", `{"accessKey":"`+strings.ReplaceAll(key, "+", `\u002B`)+`"}`, `{"accessKey":"[redacted]"}`),
		Entry("in YAML", "access_key: '"+key+"'", "access_key: '[redacted]'"),
		Entry("in a variable", "ACS_ACCESS_KEY="+key, "ACS_ACCESS_KEY=[redacted]"),
		Entry("with a mistake in it", "accesskey=abc!def,ghi", "accesskey=[redacted]"),
		Entry("alone", "is "+longKey+" a thread?", "is [redacted] a thread?"),
		Entry("alone, of the newer form", "is "+markedKey+" a thread?", "is [redacted] a thread?"),
		Entry("alone in a URL", "/chat?threads="+url.QueryEscape(longKey), "/chat?threads=[redacted]"),
		Entry("alone in JSON", `{"topic":"`+strings.ReplaceAll(longKey, "/", `\/`)+`"}`, `{"topic":"[redacted]"}`),
	)

	DescribeTable("erases signatures",
		func(text, want string) {
			Expect(redact.Text(text)).To(Equal(want))
		},
		Entry("of an access key", "Authorization: HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature="+key,
			"Authorization: HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature=[redacted]"),
		Entry("in a query", "https://host/x?sp=r&sig=a%2Fb%3D&se=1", "https://host/x?sp=r&sig=[redacted]&se=1"),
		Entry("in a query that begins with a slash", "?sig=%2Fb", "?sig=[redacted]"),
		Entry("in a query as Go writes it in JSON", inJSON("?sig=a&se=1"), `"?sig=[redacted]"`),
		Entry("in JSON", `{"se":"1","sig":"5F0C+/="}`, `{"se":"1","sig":"[redacted]"}`),
	)

	DescribeTable("leaves the rest",
		func(text string) {
			Expect(redact.Text(text)).To(Equal(text))
		},
		Entry("nothing", ""),
		Entry("what is redacted", "Bearer [redacted], accesskey=[redacted], sig=[redacted], token: [redacted]"),
		Entry("prose", "the bearer token has expired: no such token; the signature: not valid, and no access key"),
		Entry("a challenge", `WWW-Authenticate: Bearer error="invalid_token", error_description="expired"`),
		Entry("the form of a connection string", `"endpoint=https://<resource>.communication.azure.com/;accesskey=<key>" or accesskey=…`),
		Entry("JSON without strings", `{"token":null,"sig":1}`),
		Entry("code", "keyJar.X(token == nil, token := 1)"),
		Entry("ids", "8:acs:5b0c9a9c-5f0e-4f4b-8f6a-000000000001_0000002a-e8e1-4f4b-8f6a-000000000002 19:acsV1_madeUpThreadForThisDocument0001@thread.v2"),
		Entry("a query", "/chat/threads/19:x@thread.v2/messages?api-version=2025-03-15&maxPageSize=2&syncState=eyJhbGciOiJub25lIn0"),
		Entry("a long word", strings.Repeat("x", 1000)),
		Entry("text of other scripts and broken UTF-8", "найдено 0 件 é 👋 \xff"),
	)

	It("reads a long text once", func() {
		Expect(redact.Text(strings.Repeat("token=a sig=b ", 1<<14))).To(HaveLen(len("token=[redacted] sig=[redacted] ") << 14))
		Expect(redact.Text(strings.Repeat("bearer eyJ", 1<<14))).To(HaveLen(len("bearer eyJ") << 14))
	})
})

func inJSON(v any) string {
	GinkgoHelper()
	text, err := json.Marshal(v)
	Expect(err).NotTo(HaveOccurred())
	return string(text)
}
