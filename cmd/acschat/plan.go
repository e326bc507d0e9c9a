package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/acschat/acs-chat-go/cmd/acschat/internal/bulk"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/cli"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/flags"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/input"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/show"
)

func newPlan(t *tool) *cobra.Command {
	return noun(&cobra.Command{
		Use:   "plan",
		Short: "Say how long a job takes within the rate limits",
		Long: `Say how many requests a job needs, which published rate limit it waits for, and
when it will end at the earliest. Nothing is sent, and no resource is needed.
Bulk commands print the same before they start, if they have to wait.`,
		Example: `  acschat plan send --from history.jsonl
  acschat plan send --count 10000
  acschat plan export --count 250000
  acschat plan participants --from team.csv`,
	}, newPlanSend(t), newPlanExport(t), newPlanParticipants(t))
}

func newPlanSend(t *tool) *cobra.Command {
	s := sending{messageType: "text"}
	var count int
	cmd := &cobra.Command{
		Use:     "send",
		Short:   "Plan message send --from",
		Long:    "Plan the messages of a file, or a number of them, in one thread.",
		Example: "  acschat plan send --from history.jsonl --skip 1200",
		Args:    flags.TakesNone,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return t.plan(cmd, bulk.SendMessages, "message", 1, count, s.from, s.skip, func() (int, error) {
				if s.format != "" && s.format != formatOfLines && s.format != formatOfObjects {
					return 0, cli.Misuse("--from-format is lines or jsonl")
				}
				file, err := input.Open(s.from, cmd.InOrStdin())
				if err != nil {
					return 0, err
				}
				defer file.Close()
				_, total, err := readAhead(s.from, s.drafts(cmd.Context(), file))
				return total, err
			})
		},
	}
	addPlanFlags(cmd, "messages", &count)
	f := cmd.Flags()
	f.Var((*flags.Filled)(&s.from), "from", "`FILE` of messages, - for stdin")
	f.Var((*flags.Filled)(&s.format), "from-format", "`FORMAT` of the file, lines or jsonl")
	f.Var((*flags.Count)(&s.skip), "skip", "skip the first `N` messages of the file")
	flags.CompleteFrom(cmd, "from-format", formatOfLines, formatOfObjects)
	return cmd
}

func newPlanExport(t *tool) *cobra.Command {
	var count, pageSize int
	cmd := &cobra.Command{
		Use:     "export",
		Short:   "Plan thread export",
		Long:    "Plan the export of a number of messages of one thread, with a page of them in\neach request.",
		Example: "  acschat plan export --count 250000",
		Args:    flags.TakesNone,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if pageSize < 1 || pageSize > maxBatch {
				return cli.Misuse("--page-size is 1 to %d", maxBatch)
			}
			return t.plan(cmd, bulk.ListMessages, "message", pageSize, count, "", 0, nil)
		},
	}
	addPlanFlags(cmd, "messages", &count)
	cmd.Flags().IntVar(&pageSize, "page-size", maxBatch, "at most `N` messages per request")
	return cmd
}

func newPlanParticipants(t *tool) *cobra.Command {
	var count, skip int
	var from string
	cmd := &cobra.Command{
		Use:     "participants",
		Short:   "Plan participant add --from",
		Long:    "Plan the participants of a file, or a number of them, in one thread.",
		Example: "  acschat plan participants --from team.csv",
		Args:    flags.TakesNone,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return t.plan(cmd, bulk.AddParticipants, "participant", maxBatch, count, from, skip, func() (int, error) {
				people, err := participantsNamed(cmd, nil, from)
				return len(people), err
			})
		},
	}
	addPlanFlags(cmd, "participants", &count)
	cmd.Flags().Var((*flags.Filled)(&from), "from", "`FILE` of participants, - for stdin")
	cmd.Flags().Var((*flags.Count)(&skip), "skip", "skip the first `N` participants")
	return cmd
}

func addPlanFlags(cmd *cobra.Command, noun string, count *int) {
	cmd.Flags().Var((*flags.Count)(count), "count", "a number `N` of "+noun)
}

// plan prints the plan of a count of items or of those in a file, which read counts.
func (t *tool) plan(cmd *cobra.Command, operation, noun string, batch, count int, from string, skip int, read func() (int, error)) error {
	counted := cmd.Flags().Changed("count")
	switch {
	case from != "" && counted:
		return cli.Misuse("--from and --count: choose one")
	case from != "":
		var err error
		if count, err = read(); err != nil {
			return err
		}
		if skip > count {
			return cli.Misuse("--skip %d is more than the %d there are", skip, count)
		}
		count -= skip
	case skip > 0:
		return cli.Misuse("--skip needs --from")
	case !counted && read == nil:
		return cli.Misuse("how many? Use --count N")
	case !counted:
		return cli.Misuse("how many? Use --from FILE or --count N")
	}
	p, err := bulk.PlanOf(cmd.Context(), operation, noun, count, batch)
	if err != nil {
		return err
	}
	if t.output.Format != show.Table {
		return t.output.Object(p)
	}
	_, err = fmt.Fprintln(t.output.Out, p)
	return err
}
