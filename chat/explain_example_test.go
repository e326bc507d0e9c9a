package chat_test

import (
	"context"
	"fmt"
	"log"
	"log/slog"
	"os"

	"github.com/acschat/acs-chat-go/chat"
)

func ExampleClient_Explain() {
	service, thread, _ := newExampleThread()
	defer service.Close()
	ctx := context.Background()

	carol := service.Client(service.NewUser())
	if _, err := carol.ThreadClient(thread.ThreadID()).SendMessage(ctx, "Hello?", nil); err != nil {
		for _, cause := range carol.Explain(ctx, thread.ThreadID(), err).Causes {
			fmt.Println(cause.Kind, "-", cause.What)
		}
	}
	// Output:
	// notParticipant - the user is not in the thread
	// otherResource - the thread is one of another resource
}

func ExampleThreadClient_Explain() {
	service, created, _ := newExampleThread()
	defer service.Close()
	ctx := context.Background()

	dave := service.NewUser()
	thread, err := chat.NewThreadClient(service.Endpoint(), created.ThreadID(), service.Credential(dave), service.ClientOptions())
	if err != nil {
		log.Fatal(err)
	}
	defer thread.Close()
	if err := thread.UpdateTopic(ctx, "Mine now"); err != nil {
		fmt.Println(thread.Explain(ctx, err).Causes[0].Fix)
	}
	// Output: have somebody who is in the thread add the user, or act as one who is in it
}

func ExampleExplanation_LogValue() {
	withoutTime := func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}
	logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: withoutTime}))

	ctx := context.Background()

	client, err := chat.NewClient("contoso.communication.azure.com", nil, nil)
	if err != nil {
		logger.ErrorContext(ctx, "no chat", "why", client.Explain(ctx, "", err)) // of no client, for there is none
	}
	// Output:
	// level=ERROR msg="no chat" why.1.kind=argument why.1.what="endpoint must be a URL such as \"https://<resource>.communication.azure.com\"" why.1.evidence="it was refused here, before any request" why.1.fix="call again with another endpoint"
}
