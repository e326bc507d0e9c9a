package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"charm.land/lipgloss/v2"

	"github.com/acschat/acs-chat-go/chat/explain"
	"github.com/acschat/acs-chat-go/chat/redact"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/harmless"
	"github.com/acschat/acs-chat-go/cmd/acschat/internal/show"
)

// diagnosis is what programs get of an examination.
type diagnosis struct {
	Healthy bool        `json:"healthy"`
	Checks  []finding   `json:"checks"`
	Causes  []wireCause `json:"causes,omitempty"`
}

type wireCause struct {
	Kind     explain.Kind `json:"kind"`
	What     string       `json:"what"`
	Evidence string       `json:"evidence,omitempty"`
	Fix      string       `json:"fix,omitempty"`
}

// show tells people of a check as soon as it is made.
func (x *examination) show(c finding) {
	if x.output.Format != show.Table {
		return
	}
	_, err := fmt.Fprintf(x.out, "%-10s%s  %s\n", c.Name, c.State.shown(x.output.Colored()), c.Evidence)
	if x.unread == nil {
		x.unread = err
	}
}

// shown is the verdict at fixed width, in colour where there is one.
func (v verdict) shown(colored bool) string {
	text := fmt.Sprintf("%-11s", v)
	color, ok := map[verdict]string{wasOK: "2", wasNotOK: "1"}[v]
	if !ok || !colored {
		return text
	}
	return lipgloss.NewStyle().Foreground(lipgloss.Color(color)).Render(text)
}

// conclude says why what is not right is not. Its error is that something is not.
func (x *examination) conclude() error {
	failed := 0
	for _, c := range x.checks {
		if c.State == wasNotOK {
			failed++
		}
	}
	if err := x.tell(failed == 0); err != nil {
		return err
	}
	switch failed {
	case 0:
		return nil
	case 1:
		return errors.New("one check is not ok")
	}
	return fmt.Errorf("%d checks are not ok", failed)
}

func (x *examination) tell(healthy bool) error {
	switch {
	case x.unread != nil:
		return x.unread
	case x.output.Format != show.Table:
		return x.output.Object(x.diagnosis(healthy))
	case healthy:
		_, err := io.WriteString(x.out, "\nAll is well.\n")
		return err
	}
	why := redact.Text(harmless.Text(explain.Explanation{Causes: x.causes}.String()))
	_, err := io.WriteString(x.out, "\nWhy, the most likely first:\n\n"+strings.TrimSuffix(why, "\n")+"\n")
	return err
}

func (x *examination) diagnosis(healthy bool) diagnosis {
	d := diagnosis{Healthy: healthy, Checks: x.checks}
	for _, c := range x.causes {
		d.Causes = append(d.Causes, wireCause{c.Kind, c.What, redact.Text(c.Evidence), c.Fix})
	}
	return d
}
