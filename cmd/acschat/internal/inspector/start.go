package inspector

import (
	"strings"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
)

// startView says how programs connect. It is shown while there is nothing else to show, and on request.
type startView struct {
	Shown            bool
	Close            string // the link that hides it, "" while there is nothing else
	ConnectionString string
	Variable         string // the command that sets it in a shell
	CAFile           string // "" if there is none
	Plain            bool   // the service has no TLS
	Snippets         []snippet
}

// snippet is a program that sends a first message.
type snippet struct {
	Language string
	Install  string
	Run      string
	Code     string
}

func (p *page) viewStart(g selection, threads []chat.ThreadItem, users []chattest.User, requests []chattest.Request) startView {
	empty := len(threads) == 0 && len(users) == 0 && len(requests) == 0
	if !empty && g.get(connectShown) == "" {
		return startView{}
	}
	v := startView{
		Shown: true, ConnectionString: p.service.ConnectionString(), CAFile: p.caFile, Plain: strings.HasPrefix(p.service.Endpoint(), "http:"),
		Snippets: p.snippets(),
	}
	v.Variable = "export AZURE_COMMUNICATION_CONNECTION_STRING=" + shellQuoted(v.ConnectionString)
	if !empty {
		v.Close = g.without(connectShown).link("requests")
	}
	return v
}

func (p *page) snippets() []snippet {
	trusting := func(command string, variables ...string) string {
		if p.caFile == "" {
			return command
		}
		for i, name := range variables {
			variables[i] = name + "=" + shellQuoted(p.caFile) + " "
		}
		return strings.Join(variables, "") + command
	}
	return []snippet{
		{"Go", "go get github.com/acschat/acs-chat-go", trusting("go run .", "SSL_CERT_FILE"), p.snippet("go")},
		{"Node", "npm install @azure/communication-chat @azure/communication-common @azure/communication-identity",
			trusting("node app.mjs", "NODE_EXTRA_CA_CERTS"), p.snippet("node")},
		{"Python", "pip install azure-communication-chat azure-communication-identity",
			trusting("python3 app.py", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"), p.snippet("python")},
	}
}

func (p *page) snippet(name string) string {
	code, err := assets.ReadFile("assets/snippets/" + name + ".txt")
	if err != nil {
		panic(err) // it is embedded
	}
	return string(code)
}
