package inspector

import (
	"strings"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/trust"
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
		Snippets: p.snippets(g.reader),
	}
	v.Variable = g.reader.Shell.Setting("AZURE_COMMUNICATION_CONNECTION_STRING", v.ConnectionString)
	if !empty {
		v.Close = g.without(connectShown).link("requests")
	}
	return v
}

func (p *page) snippets(reader trust.Reader) []snippet {
	trusting := map[string]string{"Go": "go run .", "Node": "node app.mjs", "Python": "python3 app.py"}
	if p.caFile != "" {
		for _, hint := range reader.Programs(p.caFile) {
			trusting[hint.For] = strings.Join(hint.Commands, "\n")
		}
	}
	return []snippet{
		{"Go", "go get github.com/acschat/acs-chat-go", trusting["Go"], p.snippet("go")},
		{"Node", "npm install @azure/communication-chat @azure/communication-common @azure/communication-identity", trusting["Node"], p.snippet("node")},
		{"Python", "pip install azure-communication-chat azure-communication-identity", trusting["Python"], p.snippet("python")},
	}
}

func (p *page) snippet(name string) string {
	code, err := assets.ReadFile("assets/snippets/" + name + ".txt")
	if err != nil {
		panic(err) // it is embedded
	}
	return string(code)
}
