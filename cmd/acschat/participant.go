package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/cli"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/flags"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/session"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/show"
)

func newParticipant(t *tool) *cobra.Command {
	return noun(&cobra.Command{
		Use:   "participant",
		Short: "Add, list and remove the people of a thread",
		Long: `Participants are who may read and write in a thread. Everybody in it may add and remove others. A thread holds 250; with more
than 20, nobody sees who is typing and who has read.

People are named by their raw ids: 8:acs:… for users of the resource, 8:orgid:… for Microsoft Teams, 4:+1… for telephones.`,
		Example: `  acschat participant add --thread 19:… 8:acs:…=Alice
  acschat participant list --thread 19:…`,
	}, newParticipantAdd(t), newParticipantList(t), newParticipantRemove(t))
}

func newParticipantAdd(t *tool) *cobra.Command {
	var thread session.ThreadFlag
	var users []string
	var displayName, from string
	var share flags.Time
	var metadata flags.Metadata
	var skip int
	cmd := &cobra.Command{
		Use:   "add USER[=NAME]...",
		Short: "Add people to a thread, one by one or from a file",
		Long: `Add people to a thread. Behind = stands the name that others see. Somebody who is in already stays as they are, so that the
same command can be run again. Who can't be added does not keep the others out: the exit code is 3, and stderr says who and why.

With --from FILE, or - for stdin, they come from a file: one raw id a line, or CSV of id, name and, if they are not to read all
that was said before, from when on. A first line of "id", "displayName" and "shareHistoryTime" may put the columns in another
order. Lines that begin with # are left out. They are added 200 at a time, which is what a request holds. Interrupted, it says
how many are in, and how to go on with --skip.`,
		Example: `  acschat participant add --thread 19:… 8:acs:…=Alice 8:acs:…=Bob
  acschat participant add --thread 19:… --user 8:acs:… --display-name Carol --start-time 7d
  acschat participant add --thread 19:… --from team.csv
  grep oncall team.csv | acschat participant add --thread 19:… --from -`,
		RunE: func(cmd *cobra.Command, args []string) error {
			people, err := participantsNamed(cmd, append(args, users...), from)
			if err != nil {
				return err
			}
			if displayName != "" && len(people) != 1 {
				return cli.Misuse("--display-name is the name of one person: with several, write USER=NAME")
			}
			if skip > len(people) {
				return cli.Misuse("--skip %d leaves out more than the %d there are", skip, len(people))
			}
			if len(people) == 0 {
				return cli.Misuse("whom? Name them as arguments, USER[=NAME], or with --from FILE")
			}
			for i := range people {
				complement(&people[i], displayName, share, metadata)
			}
			client, err := thread.Client(cmd.Context())
			if err != nil {
				return err
			}
			return t.addParticipants(cmd, client, people, skip)
		},
	}
	thread.AddTo(cmd, &t.session)
	f := cmd.Flags()
	f.StringArrayVar(&users, "user", nil, "`USER[=NAME]`, as an argument; may be repeated")
	f.Var((*flags.Text)(&displayName), "display-name", "`NAME` that others see, of a single person")
	f.Var(&share, "start-time", "let them read what was said since: a time, a day, or how long ago (7d); without, all of it")
	f.Var(&metadata, "metadata", "metadata of each of them; may be repeated")
	f.Var((*flags.Filled)(&from), "from", "`FILE` of people, - for stdin")
	f.Var((*flags.Count)(&skip), "skip", "leave out the first `N`, who are in")
	return cmd
}

// complement fills in what flags say of somebody and their line does not.
func complement(p *chat.Participant, displayName string, share flags.Time, metadata flags.Metadata) {
	if displayName != "" {
		p.DisplayName = displayName
	}
	if p.ShareHistoryTime.IsZero() {
		p.ShareHistoryTime = share.Time
	}
	p.Metadata = metadata.Pairs
}

func newParticipantList(t *tool) *cobra.Command {
	var thread session.ThreadFlag
	var skip, limit, pageSize int
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List who is in a thread",
		Long:  "List who is in a thread, in the order they joined. SINCE is from when on they may read; it is empty for those who may read all.",
		Example: `  acschat participant list --thread 19:…
  acschat participant list --thread 19:… --output jsonl | jq -r .communicationIdentifier.rawId`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := thread.Client(cmd.Context())
			if err != nil {
				return err
			}
			people := client.ListParticipants(&chat.ListParticipantsOptions{Skip: skip, PageSize: pageSize, Prefetch: limit == 0})
			return show.List(&t.output, participantView(), people.Pages(cmd.Context()), limit)
		},
	}
	thread.AddTo(cmd, &t.session)
	cmd.Flags().Var((*flags.Count)(&skip), "skip", "leave out the first `N`")
	flags.AddPaging(cmd, &limit, &pageSize)
	return cmd
}

func participantView() show.View[chat.Participant] {
	return show.View[chat.Participant]{
		Columns: []show.Column[chat.Participant]{
			{Title: "PARTICIPANT", Text: func(p chat.Participant) string { return show.RawID(p.Identifier) }},
			{Title: "SINCE", Text: func(p chat.Participant) string {
				if p.ShareHistoryTime.Unix() <= 0 {
					return ""
				}
				return show.Time(p.ShareHistoryTime)
			}},
			{Title: "NAME", Text: func(p chat.Participant) string { return p.DisplayName }, Loose: true},
		},
	}
}

func newParticipantRemove(t *tool) *cobra.Command {
	var thread session.ThreadFlag
	var user string
	var confirm flags.Confirmation
	cmd := &cobra.Command{
		Use:   "remove USER",
		Short: "Remove somebody from a thread, possibly yourself",
		Long: `Remove somebody from a thread, who then can't read or write in it. Removing yourself is leaving. It is the thread alone they are
removed from: acschat user delete is what ends a user.`,
		Example: "  acschat participant remove --thread 19:… 8:acs:…\n  acschat participant remove --thread 19:… --user 8:acs:… --yes",
		Args:    flags.Wants("user"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			who, err := parseIdentifier(user)
			if err != nil {
				return err
			}
			client, err := thread.Client(cmd.Context())
			if err != nil {
				return err
			}
			if err := confirm.Ask(cmd, fmt.Sprintf("Remove %s from thread %s?", user, client.ThreadID())); err != nil {
				return err
			}
			if err := client.RemoveParticipant(cmd.Context(), who); err != nil {
				return err
			}
			return t.output.Done("Removed %s from thread %s.", user, client.ThreadID())
		},
	}
	thread.AddTo(cmd, &t.session)
	addUser(cmd, &user)
	confirm.AddTo(cmd)
	return cmd
}

// participantsNamed are those of the command line, USER or USER=NAME, and those of a file if there is one.
func participantsNamed(cmd *cobra.Command, named []string, from string) ([]chat.Participant, error) {
	var people []chat.Participant
	for _, text := range named {
		p, err := parseParticipant(text)
		if err != nil {
			return nil, err
		}
		people = append(people, p)
	}
	if from == "" {
		return people, nil
	}
	more, err := readParticipants(cmd.Context(), from, cmd.InOrStdin())
	return append(people, more...), err
}
