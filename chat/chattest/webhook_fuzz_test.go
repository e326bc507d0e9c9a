package chattest_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/chat/events"
)

// consenting is the transport to a webhook that answers every request alike. In the body, {code} is the validation code.
type consenting struct {
	status             int
	body, origin, rate string
	code               string
}

func (c *consenting) RoundTrip(req *http.Request) (*http.Response, error) {
	sent, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	_, rest, _ := strings.Cut(string(sent), `"validationCode":"`)
	c.code, _, _ = strings.Cut(rest, `"`)
	return &http.Response{
		StatusCode: c.status, Header: http.Header{"Webhook-Allowed-Origin": {c.origin}, "Webhook-Allowed-Rate": {c.rate}},
		Body: io.NopCloser(strings.NewReader(strings.ReplaceAll(c.body, "{code}", c.code))), Request: req,
	}, nil
}

// FuzzWebhook checks that only https and this machine are accepted, that no text shows a secret in the query, and that an answer without the
// validation code or the headers is no consent.
func FuzzWebhook(f *testing.F) {
	const secret = "s3cretvalue"
	for _, target := range []string{
		"", "http://localhost:3000/events", "https://a.test/?code=" + secret, "http://a.test/?code=" + secret, "https://u:" + secret + "@a.test", "https://a.test/#" + secret,
		"https://a.test/?" + secret, "https://a.test/?a=b;c=" + secret, "ftp://a.test/?=" + secret, "http://127.1/", "http://[::1%25lo]:1/?&&" + secret + "==", "http://x.LOCALHOST/",
		"http://127.0.0.1.evil.test", "https://%zz/?c=" + secret, "//a.test",
	} {
		f.Add(target, http.StatusOK, `{"validationResponse":"{code}"}`, "", "")
		f.Add(target, http.StatusOK, `[]`, "eventgrid.azure.net", "120")
	}
	f.Add("https://a.test", http.StatusAccepted, `{"ValidationResponse":"{code}","validationResponse":1}`, "*", "")
	f.Add("https://a.test", 0, "null", "\x00", "*")
	f.Add("//0"+secret, http.StatusOK, "0", "", "0")
	f.Fuzz(func(t *testing.T, target string, status int, body, origin, rate string) {
		u, err := url.Parse(target)
		inPublic := err == nil && (strings.Contains(u.Scheme+u.Opaque+u.Host+u.Path, secret) || isName(u.RawQuery, secret))
		show := func(text string) {
			if strings.Contains(text, secret) && !inPublic || strings.Contains(text, "\n") {
				t.Errorf("%q: %q", target, text)
			}
		}
		for _, schema := range []events.Schema{events.SchemaEventGrid, events.SchemaCloudEvents} {
			transport := &consenting{status: status, body: body, origin: origin, rate: rate}
			webhook, err := chattest.NewWebhook(target, &chattest.WebhookOptions{Schema: schema, Transport: transport})
			if err != nil {
				show(err.Error())
				return
			}
			show(webhook.URL())
			host := strings.ToLower(u.Hostname())
			if ip := net.ParseIP(host); u.Scheme != "https" && host != "localhost" && !strings.HasSuffix(host, ".localhost") && !ip.IsLoopback() {
				t.Errorf("%q is accepted", target)
			}
			_, err = webhook.Validate(context.Background())
			switch {
			case err != nil:
				show(err.Error())
			case schema == events.SchemaEventGrid && (status != http.StatusOK || !strings.Contains(body, "{code}") && !strings.Contains(strings.ToLower(body), strings.ToLower(transport.code))):
				t.Errorf("%d %q is a consent", status, body)
			case schema == events.SchemaCloudEvents && (origin == "" || rate == ""):
				t.Errorf("%q and %q are a consent", origin, rate)
			}
		}
	})
}

// isName reports whether a text is in the name of a parameter that has a value, which is shown.
func isName(query, text string) bool {
	for parameter := range strings.SplitSeq(query, "&") {
		if name, value, _ := strings.Cut(parameter, "="); strings.Contains(name, text) && strings.Trim(value, "=") != "" {
			return true
		}
	}
	return false
}
