package main

import (
	"github.com/spf13/cobra"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/flags"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/session"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/show"
)

func newReceipt(t *tool) *cobra.Command {
	return noun(&cobra.Command{
		Use:   "receipt",
		Short: "Send and list read receipts",
		Long: `A read receipt says up to which message a participant has read. Each has one,
the latest. In a thread of more than 20 participants the service accepts
receipts, but does not show them.`,
		Example: `  acschat receipt send --thread 19:… 1780000000000
  acschat receipt list --thread 19:…`,
	}, newReceiptSend(t), newReceiptList(t))
}

func newReceiptSend(t *tool) *cobra.Command {
	var thread session.ThreadFlag
	var message string
	cmd := &cobra.Command{
		Use:   "send MESSAGE",
		Short: "Send a read receipt for a message",
		Long: `Tell the other participants that you have read the thread up to a message. It
replaces your earlier receipt.`,
		Example: "  acschat receipt send --thread 19:… 1780000000000",
		Args:    flags.Wants("message-id"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := thread.Client(cmd.Context())
			if err != nil {
				return err
			}
			if err := client.SendReadReceipt(cmd.Context(), message); err != nil {
				return err
			}
			return t.output.Done("Read up to message %s.", message)
		},
	}
	thread.AddTo(cmd, &t.session)
	addMessage(cmd, &message, thread.CompleteMessages)
	return cmd
}

func newReceiptList(t *tool) *cobra.Command {
	var thread session.ThreadFlag
	var skip, limit, pageSize int
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the read receipts of a thread",
		Long: `List the read receipts of all participants. The list is empty above 20
participants.`,
		Example: `  acschat receipt list --thread 19:…
  acschat receipt list --thread 19:… --output json | jq -r '.[].chatMessageId'`,
		Args: flags.TakesNone,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := thread.Client(cmd.Context())
			if err != nil {
				return err
			}
			receipts := client.ListReadReceipts(&chat.ListReadReceiptsOptions{Skip: skip, PageSize: pageSize})
			return show.List(&t.output, receiptView(), receipts.Pages(cmd.Context()), limit)
		},
	}
	thread.AddTo(cmd, &t.session)
	cmd.Flags().Var((*flags.Count)(&skip), "skip", "skip the first `N`")
	flags.AddPaging(cmd, &limit, &pageSize)
	return cmd
}

func receiptView() show.View[chat.ReadReceipt] {
	return show.View[chat.ReadReceipt]{
		Columns: []show.Column[chat.ReadReceipt]{
			{Title: "READER", Text: func(r chat.ReadReceipt) string { return show.RawID(r.Sender) }},
			{Title: "UP TO", Text: func(r chat.ReadReceipt) string { return r.MessageID }},
			{Title: "ON", Text: func(r chat.ReadReceipt) string { return show.Time(r.ReadOn) }},
		},
	}
}
