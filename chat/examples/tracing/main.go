// Command tracing sends a message with OpenTelemetry, and prints the spans. See the README beside it for how to run it.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/Azure/azure-sdk-for-go/sdk/tracing/azotel"
	"go.opentelemetry.io/otel/exporters/stdout/stdouttrace"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/chat/identity"
)

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "tracing:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	exporter, err := stdouttrace.New(stdouttrace.WithPrettyPrint()) // a program of your own exports with OTLP
	if err != nil {
		return err
	}
	provider := sdktrace.NewTracerProvider(sdktrace.WithBatcher(exporter))
	defer func() { _ = provider.Shutdown(context.WithoutCancel(ctx)) }()

	identityOptions := &identity.ClientOptions{}
	identityOptions.TracingProvider = azotel.NewTracingProvider(provider, nil)
	identities, err := identity.NewClientFromConnectionString(os.Getenv("AZURE_COMMUNICATION_CONNECTION_STRING"), identityOptions)
	if err != nil {
		return err
	}
	user, err := identities.CreateUser(ctx, nil)
	if err != nil {
		return err
	}
	credential, err := identities.Credential(user, []identity.Scope{identity.ScopeChat}, nil)
	if err != nil {
		return err
	}
	defer func() { _ = credential.Close() }()
	client, err := chat.NewClient(identities.Endpoint(), credential, traced(&chat.ClientOptions{}, provider))
	if err != nil {
		return err
	}
	defer func() { _ = client.Close() }()
	return announce(ctx, provider, client)
}

// traced adds the spans of every call to options: one for the call, and below it one for each request. They contain the method, the host, the
// path and the status, and neither tokens, nor texts, nor the values of queries.
func traced(options *chat.ClientOptions, provider trace.TracerProvider) *chat.ClientOptions {
	options.TracingProvider = azotel.NewTracingProvider(provider, nil)
	return options
}

// announce is a piece of work with a span of its own, below which are those of its calls.
func announce(ctx context.Context, provider trace.TracerProvider, client *chat.Client) error {
	ctx, span := provider.Tracer("announcements").Start(ctx, "announce")
	defer span.End()
	created, err := client.CreateThread(ctx, "Release 4.2", nil)
	if err == nil {
		_, err = client.ThreadClient(created.Thread.ID).SendMessage(ctx, "Canary is green.", nil)
	}
	if err != nil {
		span.RecordError(err)
	}
	return err
}
