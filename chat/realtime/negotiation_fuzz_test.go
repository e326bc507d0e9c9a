package realtime_test

import (
	"cmp"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/realtime"
)

// negotiating answers the requests before a socket, and records where the token goes. It is for one goroutine.
type negotiating struct {
	configuration, allocation, handshake string
	tokenHosts                           []*url.URL
}

func (n *negotiating) Do(req *http.Request) (*http.Response, error) {
	body := n.handshake
	switch {
	case strings.Contains(req.URL.Path, "/config/"):
		body = n.configuration
	case strings.HasSuffix(req.URL.Path, "/v4/a"):
		body = n.allocation
	}
	if req.Header.Get("X-Skypetoken") != "" {
		n.tokenHosts = append(n.tokenHosts, req.URL)
	}
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body)), Request: req,
	}, nil
}

func (n *negotiating) client(tb testing.TB) *chat.Client {
	credential, err := chat.NewStaticTokenCredential(chat.AccessToken{Token: "a-secret", ExpiresOn: time.Now().Add(24 * time.Hour)})
	if err != nil {
		tb.Fatal(err)
	}
	options := &chat.ClientOptions{}
	options.Transport = n
	client, err := chat.NewClient("https://contoso.test", credential, options)
	if err != nil {
		tb.Fatal(err)
	}
	return client
}

// FuzzNegotiation checks that the token goes to no host but those of the configuration and their neighbours, whatever the answers before
// the socket are, and that the error is one line without the token.
func FuzzNegotiation(f *testing.F) {
	const configuration = `{"trouterServiceUrl":"https://go.trouter.test","registrarServiceUrl":"https://registrar.test/prod","cloudType":"Public"}`
	const allocation = `{"socketio":"https://a.go.trouter.test:443/","surl":"https://a.test/s","ccid":"c","ttl":"604800","connectparams":{"sr":"1","se":2}}`
	f.Add(configuration, allocation, "s3cret:60:70:websocket,xhr-polling")
	f.Add(configuration, `{"socketio":"https://go.trouter.test@evil.test/","surl":"x"}`, "")
	f.Add(`{"trouterServiceUrl":"http://localhost:1/","registrarServiceUrl":"http://[::1]"}`, `{"socketio":"http://localhost:1","surl":1}`, "::websocket:")
	f.Add(`{"trouterServiceUrl":"https://h/%2f?a#b","registrarServiceUrl":"//h"}`, `{"socketio":[],"connectparams":[]}`, "../x:NaN:1e999:websocket")
	f.Add(`{"trouterServiceUrl":"https://go.trouter.skype.test","registrarServiceUrl":"https://10.0.0.1"}`, `{"socketio":"https://pub.TROUTER.skype.test","surl":"x"}`, "s:1:1:websocket")
	f.Add(`{"trouterServiceUrl":"https://go.trouter.skype.test","registrarServiceUrl":"https://10.0.0.1"}`, `{"socketio":"https://11.0.0.1/","surl":"x"}`, "s:1:1:websocket")
	f.Add(`{"trouterServiceUrl":"https://go.trouter.skype.test","registrarServiceUrl":"https://h"}`, `{"socketio":"https://eviltrouter.skype.test","surl":"x"}`, "")
	f.Add("{", "null", "\xff\x00:-1:0:websocket")
	service := &negotiating{}
	client := service.client(f)
	f.Fuzz(func(t *testing.T, configuration, allocation, handshake string) {
		*service = negotiating{configuration: configuration, allocation: allocation, handshake: handshake}
		named, err := realtime.Negotiate(t.Context(), client)
		if err != nil && (strings.Contains(err.Error(), "a-secret") || strings.ContainsAny(err.Error(), "\n\r")) {
			t.Errorf("%q", err)
		}
		if err == nil && len(service.tokenHosts) != 2 {
			t.Errorf("the token went to %v", service.tokenHosts)
		}
		for _, target := range service.tokenHosts {
			if !slices.ContainsFunc(named, func(known string) bool { return mayGetToken(t, target, known) }) {
				t.Errorf("the token went to %s, and the configuration names %q", target, named)
			}
		}
	})
}

// mayGetToken reports whether a URL is at the host that the configuration names, or below its parent domain if that has at least three labels:
// trouter.skype.com for go.trouter.skype.com. An IP address has no parent domain. Schemes and ports must be equal.
func mayGetToken(t *testing.T, target *url.URL, known string) bool {
	t.Helper()
	named, err := url.Parse(known)
	if err != nil {
		t.Fatal(err)
	}
	ports := map[string]string{"https": "443", "http": "80"}
	if target.Scheme != named.Scheme || cmp.Or(target.Port(), ports[target.Scheme]) != cmp.Or(named.Port(), ports[named.Scheme]) {
		return false
	}
	if strings.EqualFold(target.Hostname(), named.Hostname()) {
		return true
	}
	host, domain := strings.Split(strings.ToLower(target.Hostname()), "."), strings.Split(strings.ToLower(named.Hostname()), ".")[1:]
	below := len(host) - len(domain)
	return net.ParseIP(named.Hostname()) == nil && len(domain) >= 3 && below > 0 && slices.Equal(host[below:], domain)
}

// FuzzReceive checks that no frame crashes the listener, that two frames, the second of them repeated, lead to at most two events, and that every
// response is a frame.
func FuzzReceive(f *testing.F) {
	const greeting = `5:1+::{"name":"trouter.connected","args":[{"ttl":604799,"dur":"1"}]}`
	f.Add(greeting, `3:7:::{"id":1844165944,"method":"POST","headers":{"MS-CV":"x","trouter-request":"{}"},"body":"{\"eventId\":200}"}`)
	f.Add(greeting, `5:2::{"name":"trouter.message_loss","args":[{"droppedIndicators":[{"tag":"messaging","etag":"2026-11-03T09:27:10.006Z"},{"tag":1}]}]}`)
	f.Add(greeting, `5:3+::{"name":"trouter.reconnect"}`)
	f.Add(`5:::{"name":"trouter.connected","args":[{"ttl":1e999}]}`, `7:::1+0`)
	f.Add(`5:::{"name":["trouter.connected"],"args":{}}`, `0:::{"reason":"skypetoken-deprecated"}`)
	f.Add("1::", `6:::1+["pong"]`)
	client := (&negotiating{}).client(f)
	f.Fuzz(func(t *testing.T, first, second string) {
		written, received := realtime.Receive(client, first, second, second)
		for _, text := range written {
			if ok, _ := realtime.ParseFrame(text); !ok {
				t.Errorf("%q is no frame", text)
			}
		}
		for _, event := range received {
			if event == nil {
				t.Error("no event")
			}
		}
		if len(received) > 2 {
			t.Errorf("%d events of two frames", len(received))
		}
	})
}
