// Package emulator runs the chat service on this machine for programs in other processes: a listener with TLS, a data directory, a
// page for browsers, and a log.
package emulator

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/cli"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/flags"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/harmless"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/inspector"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/show"
)

// Emulator is an emulator as its flags describe it.
type Emulator struct {
	process   cli.Process
	authority authorityPlace

	addr          string
	data          string
	readyFile     string
	accessKey     string
	accessKeyFile string
	certFile      string
	keyFile       string
	plain         bool
	style         errorStyle
	cloud         cloud
	limits        bool
	admin         bool
	log           bool
	webhooks      webhooks

	entraFiles      []string
	entraAny        bool
	seedFile        string
	lenientVersions bool
	encryptTokens   bool
	noRetryAfter    bool
	limitDivisor    int
	listingLag      time.Duration
	browserIdentity bool

	certificate *tls.Certificate // of the user; nil if there is none
	certName    string           // where that is from
}

// New returns an emulator for the command line of a process.
func New(p cli.Process) *Emulator { return &Emulator{process: p} }

// AddFlags adds the flags of the emulator.
func (e *Emulator) AddFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&e.addr, "addr", "127.0.0.1:8443", "listen on `HOST:PORT`; port 0 selects a free port")
	f.Var((*flags.Filled)(&e.data), "data", "`DIR` for the data and the access key; it is created if necessary")
	f.Var((*flags.Filled)(&e.readyFile), "ready-file", "`FILE` to write endpoint, connectionString and caFile to, as JSON, while the emulator runs")
	f.Var((*flags.Filled)(&e.accessKey), "access-key", "access `KEY` of the resource, in base64 [$"+accessKeyVariable+"]; others see it in the list of processes (default: the one in --data, or else the public one of every emulator)")
	f.Var((*flags.Filled)(&e.accessKeyFile), "access-key-file", "`FILE` with the access key [$"+accessKeyFileVariable+"]")
	f.Var((*flags.Filled)(&e.certFile), "tls-cert", "PEM `FILE` with a certificate chain to use instead of its own [$"+certVariable+", also the text itself]")
	f.Var((*flags.Filled)(&e.keyFile), "tls-key", "PEM `FILE` with the key of that certificate [$"+keyVariable+", also the text itself]")
	f.BoolVar(&e.plain, "plain", false, "no TLS: the official clients send no token then")
	f.Var(&e.style, "error-style", "how chat writes errors: recorded, as observed, or documented, as in the contract")
	f.Var(&e.cloud, "cloud", "the `CLOUD` of the users and threads that it creates: public, gcch or dod")
	f.BoolVar(&e.limits, "enforce-limits", false, "answer 429 with a Retry-After above the published rates of users and threads")
	f.BoolVar(&e.noRetryAfter, "no-retry-after", false, "with --enforce-limits, answer 429 without a Retry-After, as in every recording")
	f.IntVar(&e.limitDivisor, "limit-divisor", 1, "with --enforce-limits, divide the times of the rates by `N`: 60 makes a minute a second")
	f.DurationVar(&e.listingLag, "listing-lag", 0, "list new messages `DURATION` after they were sent, as in an eventually consistent store")
	f.BoolVar(&e.admin, "admin", false, "let programs cause faults, move the clock and list requests at "+adminPath+"; it needs no key")
	e.authority.addFlags(f)
	f.StringArrayVar(&e.entraFiles, "entra-token", nil, "`FILE` with a token of Entra to accept, in JSON or YAML: token, objectId, tenantId, appId, expiresOn")
	f.BoolVar(&e.entraAny, "entra-any", false, "accept any other bearer token as that of an application")
	f.Var((*flags.Filled)(&e.seedFile), "seed", "`FILE` in YAML or JSON with users and threads to begin with, unless --data has some")
	f.BoolVar(&e.lenientVersions, "lenient-versions", false, "accept any date as api-version, and answer it as the latest")
	f.BoolVar(&e.encryptTokens, "encrypt-tokens", false, "issue encrypted user tokens, whose expiry clients cannot read")
	f.BoolVar(&e.browserIdentity, "browser-identity", false, "let pages of other origins use the identity API, too")
	e.webhooks.addFlags(cmd)
	f.BoolVar(&e.log, "log", false, "one line on stderr for each request")
	flags.CompleteFrom(cmd, "error-style", recorded, documented)
	flags.CompleteFrom(cmd, "cloud", publicCloud, string(chat.CloudGCCH), string(chat.CloudDoD))
}

// check rejects invalid flags before anything is created.
func (e *Emulator) check() error {
	_, port, err := net.SplitHostPort(e.addr)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		return cli.Misuse("--addr must be a host and a port such as 127.0.0.1:8443, not %q", e.addr)
	}
	if err := e.authority.check(); err != nil {
		return err
	}
	if err := e.webhooks.check(); err != nil {
		return err
	}
	if e.noRetryAfter && !e.limits {
		return cli.Misuse("--no-retry-after needs --enforce-limits")
	}
	if e.limitDivisor != 1 && !e.limits {
		return cli.Misuse("--limit-divisor needs --enforce-limits")
	}
	if e.limitDivisor < 1 {
		return cli.Misuse("--limit-divisor must be at least 1, not %d", e.limitDivisor)
	}
	if e.listingLag < 0 {
		return cli.Misuse("--listing-lag must not be negative")
	}
	if err := e.readAccessKey(); err != nil {
		return err
	}
	return e.readCertificate()
}

// isHostName reports whether a text is a host without a port.
func isHostName(text string) bool {
	u, err := url.Parse("https://" + text)
	return net.ParseIP(text) != nil || err == nil && u.Host == text && u.Hostname() == text && text != "" && u.Port() == ""
}

// Run runs the emulator until the context ends. The log and warnings are written to o.Err.
func (e *Emulator) Run(ctx context.Context, o *show.Output) (err error) {
	if err := e.check(); err != nil {
		return err
	}
	atEnd := func(undo func() error) { err = errors.Join(err, undo()) }
	ready := readyFile(e.readyFile)
	if err := ready.remove(); err != nil { // left by an emulator that was killed
		return err
	}
	dir, err := openDataDir(e.data)
	if err != nil {
		return err
	}
	defer atEnd(dir.close)
	page := inspector.New(ctx.Done())
	page.AllowRemote = len(e.authority.hosts) > 0
	options, err := e.options(page, o.Err)
	if err != nil {
		return err
	}
	service, err := dir.openService(options)
	if err != nil {
		return err
	}
	defer atEnd(service.Close)
	l, err := e.listen(ctx, dir)
	if err != nil {
		return err
	}
	defer func() { _ = l.Close() }() // on errors; otherwise the server has closed it
	if err := service.SetEndpoint(l.endpoint); err != nil {
		return err
	}
	for _, warning := range []string{l.warning, e.exposureWarning(l)} {
		if warning != "" {
			fmt.Fprintln(o.Err, "acschat: "+harmless.Line(warning))
		}
	}
	if err := e.webhooks.subscribe(service); err != nil {
		return err
	}
	reportAbsent(o.Err, service)
	a := address{Endpoint: service.Endpoint(), ConnectionString: service.ConnectionString(), CAFile: l.ownCAFile}
	if err := ready.write(a); err != nil {
		return err
	}
	defer atEnd(ready.remove)
	if e.readyFile == "" {
		unregister := register(e.process, a)
		defer unregister()
	}
	if err := e.announce(o, a, l.caFile); err != nil {
		return err
	}
	return e.serve(ctx, l, page.Handler(service, e.handler(service), l.caFile), o.Err)
}

const (
	recorded   = "recorded"
	documented = "documented"
)

// errorStyle is the value of --error-style.
type errorStyle chattest.ErrorStyle

func (s *errorStyle) Type() string { return "STYLE" }

func (s *errorStyle) String() string {
	if *s == errorStyle(chattest.ErrorStyleDocumented) {
		return documented
	}
	return recorded
}

func (s *errorStyle) Set(text string) error {
	switch text {
	case recorded:
		*s = errorStyle(chattest.ErrorStyleRecorded)
	case documented:
		*s = errorStyle(chattest.ErrorStyleDocumented)
	default:
		return fmt.Errorf("must be %s or %s", recorded, documented)
	}
	return nil
}
