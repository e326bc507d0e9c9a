package doctor

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

// diagnosis is the result of an examination for programs.
type diagnosis struct {
	Healthy bool        `json:"healthy"`
	Checks  []check     `json:"checks"`
	Causes  []wireCause `json:"causes,omitempty"`
}

type wireCause struct {
	Kind     explain.Kind `json:"kind"`
	What     string       `json:"what"`
	Evidence string       `json:"evidence,omitempty"`
	Fix      string       `json:"fix,omitempty"`
}

// show prints a check for people.
func (x *Examination) show(c check) {
	if x.output.Format != show.Table {
		return
	}
	_, err := fmt.Fprintf(x.output.Out, "%-10s%s  %s\n", c.Name, c.State.shown(x.output.Colored()), c.Evidence)
	if x.writeErr == nil {
		x.writeErr = err
	}
}

// shown returns the state at a fixed width, in color if the output is.
func (v state) shown(colored bool) string {
	text := fmt.Sprintf("%-11s", v)
	color, ok := map[state]string{stateOK: "2", stateFailed: "1"}[v]
	if !ok || !colored {
		return text
	}
	return lipgloss.NewStyle().Foreground(lipgloss.Color(color)).Render(text)
}

// conclude explains the failed checks. Its error says how many failed.
func (x *Examination) conclude() error {
	failed := 0
	for _, c := range x.checks {
		if c.State == stateFailed {
			failed++
		}
	}
	if err := x.summarize(failed == 0); err != nil {
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

func (x *Examination) summarize(healthy bool) error {
	switch {
	case x.writeErr != nil:
		return x.writeErr
	case x.output.Format != show.Table:
		return x.output.Object(x.diagnosis(healthy))
	case healthy:
		_, err := io.WriteString(x.output.Out, "\nEverything works.\n")
		return err
	}
	why := redact.Text(harmless.Text(explain.Explanation{Causes: x.causes}.String()))
	_, err := io.WriteString(x.output.Out, "\nCauses, the most likely first:\n\n"+strings.TrimSuffix(why, "\n")+"\n")
	return err
}

func (x *Examination) diagnosis(healthy bool) diagnosis {
	d := diagnosis{Healthy: healthy, Checks: x.checks}
	for _, c := range x.causes {
		d.Causes = append(d.Causes, wireCause{c.Kind, c.What, redact.Text(c.Evidence), c.Fix})
	}
	return d
}
