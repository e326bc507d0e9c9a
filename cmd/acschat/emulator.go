package main

import (
	"github.com/spf13/cobra"

	"github.com/acschat/acs-chat-go/cmd/acschat/internal/emulator"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/flags"
)

func newEmulator(t *tool) *cobra.Command {
	e := emulator.New(t.process)
	cmd := &cobra.Command{
		Use:   "emulator",
		Short: "Run the service on this machine, for development and tests",
		Long: `Run the service on this machine until it is interrupted: users, tokens, threads,
messages, paging and errors, as the official clients expect them. It needs no
Azure account, and nothing leaves the machine.

It speaks TLS, because the official clients send no token without. It creates a
certificate authority that can sign for this machine only, once for each user,
and tells how programs trust it: acschat emulator trust.

With --data everything is kept, and a response means that the request is on
disk. Without, the data is deleted at the end.

The page at / shows users, threads, messages as they arrive and the latest
requests to a browser on this machine, and switches faults on.

With --event-grid, events are delivered to webhooks as Event Grid does: first a
handshake, repeated for ten minutes while the program starts, then each event at
least once, again on Event Grid's schedule after a failure. The page lists the
deliveries. Webhooks on this machine may use http; the service requires https.

With --admin, programs control it in JSON:

  POST   /admin/faults    {"operation":"ChatThread_SendChatMessage",
                          "status":429,"times":2}; nth and every select the
                          requests; delay, loseRequest, loseReply, cutBody,
                          emptyPage, shortPage, listingLag, duplicateItem,
                          revokedToken and others the fault; GET lists the
                          faults, DELETE removes them
  POST   /admin/clock     {"advance":"25h"}; GET returns the service's time
  GET    /admin/requests  requests and responses, without tokens
  GET    /admin/events    events of threads, and the users who received them
  GET    /admin/connections
                          real-time connections; DELETE drops them
  GET    /admin/subscriptions
                          webhooks; POST {"url":"http://localhost:3000/"} adds
                          one, DELETE removes them, ?name= only one
  GET    /admin/deliveries
                          deliveries to webhooks, ?status= some of them; POST
                          /admin/deliveries/ID delivers again, DELETE removes
  POST   /admin/reset     deletes every user, thread and message
  POST   /admin/snapshot  {"name":"base"} remembers the present state in memory;
                          DELETE forgets all, ?name=base only one
  POST   /admin/restore   {"name":"base"} brings it back
  GET    /admin/seed      writes the state down as a file for --seed

In a container, add its name with --host; /healthz and /readyz are for probes.`,
		Example: `  acschat emulator
  acschat emulator --data acs-data --log
  acschat emulator --addr 127.0.0.1:0 --ready-file ready.json  # for scripts
  acschat emulator --event-grid http://localhost:3000/events
  acschat emulator --addr :8443 --host acs --seed seed.yaml    # in a container`,
		Args: flags.TakesNone,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return e.Run(cmd.Context(), &t.output)
		},
	}
	e.AddFlags(cmd)
	cmd.AddCommand(newEmulatorEnv(t.process), emulator.NewCheck(t.process), emulator.NewDump(t.process, &t.output), emulator.NewTrust(t.process, &t.output))
	return cmd
}
