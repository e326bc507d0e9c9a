package tui

import "time"

// threadRows returns the rows of the list, scrolled to the chosen thread.
func (m *Model) threadRows(r rect) []string {
	rows := make([]string, r.height)
	s := &m.sidebar
	first := max(0, s.index(s.chosen)-r.height+1)
	for i := range rows {
		text := ""
		if first+i < len(s.threads) {
			t := s.threads[first+i]
			text = " " + titleOf(t.ID, t.Topic)
			if s.unread(t) {
				text = "●" + titleOf(t.ID, t.Topic)
			}
			text = cell(text, r.width-markWidth-6) + " " + m.look.faint.Render(cell(when(t.LastMessageReceivedOn, time.Now()), 6))
			switch {
			case m.pane == sidebarPane && t.ID == s.chosen:
				text = m.look.mark.Render("▌") + text
			case t.ID == s.current:
				text = m.look.strong.Render("›" + text)
			default:
				text = " " + text
			}
		} else if first+i == len(s.threads) {
			text = m.look.faint.Render("  " + m.threadsRemark())
		}
		rows[i] = cell(text, r.width)
	}
	return rows
}

// threadsRemark is shown below the last thread.
func (m *Model) threadsRemark() string {
	switch {
	case m.sidebar.trouble != nil:
		return "Not loaded: " + reason(m.sidebar.trouble)
	case m.sidebar.older != "":
		return "…"
	case len(m.sidebar.threads) == 0:
		return "You are in no thread."
	}
	return ""
}

// when formats a local time: the time of day today, otherwise the day.
func when(t, now time.Time) string {
	if t.IsZero() {
		return ""
	}
	t, now = t.Local(), now.Local()
	if sameDay(t, now) {
		return t.Format("15:04")
	}
	return t.Format("2 Jan")
}
