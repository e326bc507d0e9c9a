package main

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/acschat/acs-chat-go/chat/chattest"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/cli"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/flags"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/harmless"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/inspector"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/show"
)

// emulator is the command that runs the service on this machine, as its flags say it.
type emulator struct {
	addr      string
	data      string
	readyFile string
	accessKey string
	certFile  string
	keyFile   string
	plain     bool
	style     errorStyle
	limits    bool
	admin     bool
	log       bool
}

func newEmulator(t *tool) *cobra.Command {
	e := &emulator{}
	cmd := &cobra.Command{
		Use:   "emulator",
		Short: "Run the service on this machine, to develop and test programs against",
		Long: `Run the service on this machine until it is interrupted: users, tokens, threads, messages, paging and errors, as the official
clients know them. It takes no Azure account, and nothing leaves the machine.

It speaks TLS, since no official client sends a token without. It makes a certificate authority of its own, which can vouch for
nothing but this machine, and says how programs come to trust it.

With --data everything is kept, and an answer means that what was asked for is on disk. Without, all is gone in the end.

A page at / shows browsers on this machine users, threads, messages as they happen and the last requests, and switches faults on.

With --admin programs make it go wrong and drive it, in JSON:

  POST   /admin/faults    {"operation":"ChatThread_SendChatMessage","status":429,"times":2}; nth and every say when, delay, loseReply,
                          cutBody, emptyPage, shortPage, duplicateItem, revokedToken and others what; GET lists, DELETE removes them
  POST   /admin/clock     {"advance":"25h"}; GET tells the time of the service
  GET    /admin/requests  what was asked and answered, without tokens
  POST   /admin/reset     forgets every user, thread and message`,
		Example: `  acschat emulator
  acschat emulator --data acs-data --log                       # keep everything, and show what is asked
  acschat emulator --addr 127.0.0.1:0 --ready-file ready.json  # for scripts: the file says where, once it can be reached`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := e.check(); err != nil {
				return err
			}
			return e.run(cmd, &t.output)
		},
	}
	f := cmd.Flags()
	f.StringVar(&e.addr, "addr", "127.0.0.1:8443", "listen at `HOST:PORT`; port 0 picks a free one")
	f.Var((*flags.Filled)(&e.data), "data", "`DIR` that keeps everything, the access key and the certificates too; it is made if need be")
	f.Var((*flags.Filled)(&e.readyFile), "ready-file", "`FILE` that has endpoint, connectionString and caFile, as JSON, while it can be reached")
	f.Var((*flags.Filled)(&e.accessKey), "access-key", "access `KEY` of the resource, in base64 (default: the one in --data, or a new one)")
	f.Var((*flags.Filled)(&e.certFile), "cert", "PEM `FILE` with a certificate to use in place of the one it makes, and those above it")
	f.Var((*flags.Filled)(&e.keyFile), "key", "PEM `FILE` with the key of that certificate")
	f.BoolVar(&e.plain, "plain", false, "no TLS: the official clients send no token then")
	f.Var(&e.style, "error-style", "how chat writes errors: recorded, as the service was seen to, or documented, as its contract says")
	f.BoolVar(&e.limits, "enforce-limits", false, "answer 429, and when to come back, above the rates that are published for users and threads")
	f.BoolVar(&e.admin, "admin", false, "let programs cause faults, move the clock and read what was asked, at "+adminPath+"; without a key")
	f.BoolVar(&e.log, "log", false, "one line on stderr for each request")
	flags.CompleteFrom(cmd, "error-style", recorded, documented)
	return cmd
}

// check refuses flags that can't be right or do not go together, before anything is made.
func (e *emulator) check() error {
	_, port, err := net.SplitHostPort(e.addr)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		return cli.Misuse("--addr must be a host and a port such as 127.0.0.1:8443, not %q", e.addr)
	}
	if key, err := base64.StdEncoding.DecodeString(e.accessKey); err != nil || len(key) == 0 && e.accessKey != "" {
		return cli.Misuse("--access-key must be base64, as the keys in the portal are")
	}
	switch {
	case (e.certFile == "") != (e.keyFile == ""):
		return cli.Misuse("--cert and --key go together")
	case e.plain && e.certFile != "":
		return cli.Misuse("--plain turns TLS off and --cert is for TLS: choose one")
	}
	return nil
}

// run is the emulator from the data it opens to the interrupt that ends it.
func (e *emulator) run(cmd *cobra.Command, o *show.Output) (err error) {
	atEnd := func(undo func() error) { err = errors.Join(err, undo()) }
	ready := readyFile(e.readyFile)
	if err := ready.remove(); err != nil { // of one that was killed
		return err
	}
	home, err := openHome(e.data)
	if err != nil {
		return err
	}
	defer atEnd(home.close)
	page := inspector.New(cmd.Context().Done())
	service, err := home.openService(e.options(page, cmd.ErrOrStderr()))
	if err != nil {
		return err
	}
	defer atEnd(service.Close)
	door, err := e.openDoor(cmd.Context(), home)
	if err != nil {
		return err
	}
	defer func() { _ = door.Close() }() // when all goes well, it is closed by then
	if err := service.SetEndpoint(door.endpoint); err != nil {
		return err
	}
	for _, warning := range []string{door.distrust(), e.exposure(door)} {
		if warning != "" {
			fmt.Fprintln(cmd.ErrOrStderr(), "acschat: "+harmless.Line(warning))
		}
	}
	p := place{Endpoint: service.Endpoint(), ConnectionString: service.ConnectionString(), CAFile: door.caFile}
	if err := ready.write(p); err != nil {
		return err
	}
	defer atEnd(ready.remove)
	if err := e.announce(cmd, o, p); err != nil {
		return err
	}
	return serve(cmd.Context(), door, page.Handler(service, e.handler(service)), cmd.ErrOrStderr())
}

// options are those of the service.
func (e *emulator) options(page *inspector.Inspector, log io.Writer) *chattest.Options {
	options := &chattest.Options{
		AccessKey: e.accessKey, ErrorStyle: chattest.ErrorStyle(e.style), EnforceLimits: e.limits, OnRequest: page.Observe,
	}
	if e.log {
		options.OnRequest = func(q chattest.Request) {
			page.Observe(q)
			logRequest(log, q)
		}
	}
	return options
}

const (
	recorded   = "recorded"
	documented = "documented"
)

// errorStyle is the flag --error-style.
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
