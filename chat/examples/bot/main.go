// Command bot is a webhook for Event Grid that answers each message once. See the README beside it for how to run it.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/events"
	"github.com/acschat/acs-chat-go/chat/identity"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bot:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	user := chat.CommunicationUser{ID: os.Getenv("BOT_USER")}
	secret := os.Getenv("BOT_SECRET")
	if user.ID == "" || secret == "" {
		return errors.New("set BOT_USER to the id of the bot's user, and BOT_SECRET to the secret in the URL of the subscription")
	}
	level := events.Level(cmp.Or(os.Getenv("BOT_LEVEL"), string(events.LevelUser)))
	if level != events.LevelUser && level != events.LevelThread {
		return fmt.Errorf("BOT_LEVEL must be user or thread, not %q", level)
	}
	identities, err := identity.NewClientFromConnectionString(os.Getenv("AZURE_COMMUNICATION_CONNECTION_STRING"), nil)
	if err != nil {
		return err
	}
	credential, err := identities.Credential(user, []identity.Scope{identity.ScopeChat}, nil)
	if err != nil {
		return err
	}
	client, err := chat.NewClient(identities.Endpoint(), credential, nil)
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("/events", newWebhook(newBot(client, user, level), secret))
	return serve(ctx, &http.Server{Addr: ":8080", Handler: mux, ReadHeaderTimeout: 10 * time.Second})
}

// newWebhook returns the handler of the subscription. The sender to ignore is the loop guard: the bot does not answer itself.
func newWebhook(b *bot, secret string) *events.Handler {
	return events.NewHandler(b.handle, &events.HandlerOptions{Secrets: []string{secret}, IgnoreSender: b.user})
}

// serve serves until ctx ends, and then waits for the deliveries in progress.
func serve(ctx context.Context, server *http.Server) error {
	stopped := make(chan error, 1)
	context.AfterFunc(ctx, func() {
		ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
		defer cancel()
		stopped <- server.Shutdown(ending)
	})
	fmt.Fprintln(os.Stderr, "bot: listening on", server.Addr)
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve events: %w", err)
	}
	return <-stopped
}
