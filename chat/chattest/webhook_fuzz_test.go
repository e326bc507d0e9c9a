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
	f.Fuzz(func(t *testing.T, target string, status int, body, origin, rate string) {
		show := func(err error) {
			if err != nil && (strings.Contains(err.Error(), secret) || strings.Contains(err.Error(), "\n")) {
				t.Errorf("%q: %v", target, err)
			}
		}
		for _, schema := range []events.Schema{events.SchemaEventGrid, events.SchemaCloudEvents} {
			transport := &consenting{status: status, body: body, origin: origin, rate: rate}
			webhook, err := chattest.NewWebhook(target, &chattest.WebhookOptions{Schema: schema, Transport: transport})
			if show(err); err != nil {
				return
			}
			u, err := url.Parse(target)
			if err != nil {
				t.Fatal(err)
			}
			_, query, _ := strings.Cut(target, "?")
			if strings.Contains(webhook.URL(), secret) && strings.Contains(query, secret) && !strings.Contains(u.Host+u.Path, secret) && !isName(query, secret) {
				t.Errorf("%q is shown as %q", target, webhook.URL())
			}
			host := strings.ToLower(u.Hostname())
			if ip := net.ParseIP(host); u.Scheme != "https" && host != "localhost" && !strings.HasSuffix(host, ".localhost") && !ip.IsLoopback() {
				t.Errorf("%q is accepted", target)
			}
			_, err = webhook.Validate(context.Background())
			show(err)
			switch {
			case err != nil:
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
