package main

import (
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/acschat/acs-chat-go/chat"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/cli"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/flags"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/harmless"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/session"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/show"
)

func newParticipant(t *tool) *cobra.Command {
	return noun(&cobra.Command{
		Use:   "participant",
		Short: "Add, list and remove participants of a thread",
		Long: `Participants read and write the messages of a thread. Every participant may add
and remove others. A thread holds 250; with more than 20, typing notifications
and read receipts are not shown.

A participant is named by a raw id: 8:acs:… for users of the resource,
8:orgid:… for Microsoft Teams, 4:+1… for telephones.`,
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
		Short: "Add participants, one by one or from a file",
		Long: `Add participants to a thread. NAME is the name that others see. A user who is a
participant already is not changed, so that the command can be run again. If
some cannot be added, the others are: the exit code is 3, and stderr lists who
is missing and why.

With --from FILE, or - for stdin, each line is a raw id, or CSV: id, name and,
optionally, since when the history is shared. A first line with the titles id,
displayName and shareHistoryTime may name another order. Lines that begin with
# are ignored. A request adds 200. After an interrupt, stderr says how many were
added, and how to continue with --skip.`,
		Example: `  acschat participant add --thread 19:… 8:acs:…=Alice 8:acs:…=Bob
  acschat participant add --thread 19:… 8:acs:…=Carol --start-time 7d
  acschat participant add --thread 19:… --from team.csv
  grep oncall team.csv | acschat participant add --thread 19:… --from -`,
		RunE: func(cmd *cobra.Command, args []string) error {
			people, err := participantsNamed(cmd, append(args, users...), from)
			if err != nil {
				return err
			}
			if displayName != "" && len(people) != 1 {
				return cli.Misuse("--display-name names one participant: write USER=NAME for several")
			}
			if skip > len(people) {
				return cli.Misuse("--skip %d is more than the %d there are", skip, len(people))
			}
			if len(people) == 0 {
				return cli.Misuse("whom? Use arguments, USER[=NAME], or --from FILE")
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
	f.StringArrayVar(&users, "user", nil, "`USER[=NAME]`, like an argument; may be repeated")
	f.Var((*flags.Text)(&displayName), "display-name", "`NAME` that others see, of one participant")
	f.Var(&share, "start-time", "share the history since a time, a day, or a duration ago (7d); default: all")
	f.Var(&metadata, "metadata", "metadata of each participant; may be repeated")
	f.Var((*flags.Filled)(&from), "from", "`FILE` of participants, - for stdin")
	f.Var((*flags.Count)(&skip), "skip", "skip the first `N` participants")
	f.BoolVar(&t.session.Unpaced, "unpaced", false, "do not wait for the rate limits")
	flags.Complete(cmd, "user", t.session.CompleteUsers)
	flags.CompleteArguments(cmd, t.session.CompleteUsers)
	return cmd
}

// complement applies the flags to a participant.
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
		Short: "List the participants of a thread",
		Long: `List the participants of a thread in the order they joined. SINCE is when their
history begins; it is empty if they can read all of it.`,
		Example: `  acschat participant list --thread 19:…
  acschat participant list --thread 19:… --output jsonl`,
		Args: flags.TakesNone,
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
	cmd.Flags().Var((*flags.Count)(&skip), "skip", "skip the first `N`")
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
		Short: "Remove a participant, or leave a thread",
		Long: `Remove a participant from a thread, who can then no longer read and write in it.
To leave, remove yourself. The user remains: see acschat user delete.`,
		Example: `  acschat participant remove --thread 19:… 8:acs:…
  acschat participant remove --thread 19:… --user 8:acs:… --yes`,
		Args: flags.Wants("user"),
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
	addUser(cmd, &user, thread.CompleteParticipants)
	confirm.AddTo(cmd)
	return cmd
}

// participantsNamed returns those of the command line, USER or USER=NAME, and those of a file if one is named. One that is listed
// twice is returned once. More than a thread holds are warned of.
func participantsNamed(cmd *cobra.Command, named []string, from string) ([]chat.Participant, error) {
	var people []chat.Participant
	for _, text := range named {
		p, err := parseParticipant(text)
		if err != nil {
			return nil, err
		}
		people = append(people, p)
	}
	if from != "" {
		more, err := readParticipants(cmd.Context(), from, cmd.InOrStdin())
		if err != nil {
			return nil, err
		}
		people = append(people, more...)
	}
	people = withoutDuplicates(cmd, people)
	if len(people) > maxParticipants {
		warn(cmd, "a thread holds %d participants, and there are %d", maxParticipants, len(people))
	}
	return people, nil
}

// maxParticipants is the most participants of a thread.
const maxParticipants = 250

func withoutDuplicates(cmd *cobra.Command, people []chat.Participant) []chat.Participant {
	listed := map[chat.Identifier]bool{}
	return slices.DeleteFunc(people, func(p chat.Participant) bool {
		if listed[p.Identifier] {
			warn(cmd, "%s is listed twice: the first counts", show.RawID(p.Identifier))
			return true
		}
		listed[p.Identifier] = true
		return false
	})
}

func warn(cmd *cobra.Command, format string, args ...any) {
	fmt.Fprintln(cmd.ErrOrStderr(), "acschat: warning: "+harmless.Line(fmt.Sprintf(format, args...)))
}
