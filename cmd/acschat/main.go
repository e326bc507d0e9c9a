// Command acschat works on Azure Communication Services chat from a terminal. Run "acschat demo" first: it needs nothing.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := newRoot().ExecuteContext(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "acschat:", err)
		os.Exit(1)
	}
}
