package main

import (
	"github.com/spf13/cobra"

	"github.com/acschat/acs-chat-go/chat"
)

func newReceipt(t *tool) *cobra.Command {
	return noun(&cobra.Command{
		Use:   "receipt",
		Short: "Tell how far you have read, and see how far the others have",
		Long: `A read receipt says up to which message somebody has read. There is one a person, the latest. In a thread of more than 20 people
the service takes receipts and shows none.`,
		Example: `  acschat receipt send --thread 19:… 1780000000000
  acschat receipt list --thread 19:…`,
	}, newReceiptSend(t), newReceiptList(t))
}

func newReceiptSend(t *tool) *cobra.Command {
	var thread threadFlag
	var message string
	cmd := &cobra.Command{
		Use:     "send MESSAGE",
		Short:   "Tell the others that you have read up to a message",
		Long:    "Tell the others that you have read the thread up to a message. It takes the place of what you have told before.",
		Example: "  acschat receipt send --thread 19:… 1780000000000",
		Args:    wants("message-id"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := t.thread(cmd, thread)
			if err != nil {
				return err
			}
			if err := client.SendReadReceipt(cmd.Context(), message); err != nil {
				return err
			}
			return t.output.done(cmd, "Read up to message %s.", message)
		},
	}
	thread.addTo(cmd, t)
	addMessage(cmd, &message)
	return cmd
}

func newReceiptList(t *tool) *cobra.Command {
	var thread threadFlag
	var skip, limit, pageSize int
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List how far everybody has read",
		Long:  "List how far everybody has read, you among them. Who has sent no receipt is not in the list; above 20 people it is empty.",
		Example: `  acschat receipt list --thread 19:…
  acschat receipt list --thread 19:… --output json | jq -r '.[].chatMessageId'`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := t.thread(cmd, thread)
			if err != nil {
				return err
			}
			receipts := client.ListReadReceipts(&chat.ListReadReceiptsOptions{Skip: skip, PageSize: pageSize})
			return list(cmd, &t.output, receiptView(), receipts.Pages(cmd.Context()), limit)
		},
	}
	thread.addTo(cmd, t)
	cmd.Flags().Var((*count)(&skip), "skip", "leave out the first `N`")
	addPaging(cmd, &limit, &pageSize)
	return cmd
}

func receiptView() view[chat.ReadReceipt] {
	return view[chat.ReadReceipt]{
		columns: []column[chat.ReadReceipt]{
			{title: "READER", text: func(r chat.ReadReceipt) string { return rawID(r.Sender) }},
			{title: "UP TO", text: func(r chat.ReadReceipt) string { return r.MessageID }},
			{title: "ON", text: func(r chat.ReadReceipt) string { return moment(r.ReadOn) }},
		},
		wire: func(r chat.ReadReceipt) any { return toWireReceipt(r) },
	}
}
