package show

import (
	"io"
	"strings"

	"charm.land/lipgloss/v2"
	lipglosstable "charm.land/lipgloss/v2/table"
)

// table writes rows below a header. It can be written in parts: columns keep their width, and grow where necessary.
// Cells have no borders, so that a row can be copied, and parsed by other programs.
type table struct {
	out    io.Writer
	titles []string
	widest []string // the columns have room for these texts, too
	loose  int      // the column that is cut at the edge of the terminal, -1 for none
	width  int      // of the terminal, 0 for no limit
	color  bool     // the header is bold

	widths []int // of the columns so far
	headed bool
}

const (
	gap      = 2  // between columns
	minLoose = 20 // the least width of the loose column
)

func newTable(o *Output) *table {
	return &table{out: o.Out, loose: -1, width: o.width(), color: o.Colored()}
}

func (t *table) write(rows [][]string) error {
	if len(rows) == 0 {
		return nil
	}
	t.fit(rows)
	return t.render(rows)
}

// end writes the header if there were no rows.
func (t *table) end() error {
	if t.headed {
		return nil
	}
	t.fit(nil)
	return t.render(nil)
}

// fit widens the columns to hold the rows.
func (t *table) fit(rows [][]string) {
	if t.widths == nil {
		t.widths = make([]int, len(t.titles))
		rows = append([][]string{t.titles, t.widest}, rows...)
	}
	for _, row := range rows {
		for i, cell := range row {
			t.widths[i] = max(t.widths[i], lipgloss.Width(cell)+gap)
		}
	}
	if t.loose < 0 || t.width == 0 {
		return
	}
	others := -t.widths[t.loose]
	for _, width := range t.widths {
		others += width
	}
	t.widths[t.loose] = min(t.widths[t.loose], max(t.width-others, minLoose))
}

func (t *table) render(rows [][]string) error {
	head := lipgloss.NewStyle().Bold(t.color)
	grid := lipglosstable.New().Rows(rows...).Wrap(false).
		BorderTop(false).BorderBottom(false).BorderLeft(false).BorderRight(false).BorderHeader(false).BorderColumn(false).
		StyleFunc(func(row, col int) lipgloss.Style {
			style := lipgloss.NewStyle()
			if row == lipglosstable.HeaderRow {
				style = head
			}
			return style.PaddingRight(gap).Width(t.widths[col])
		})
	if !t.headed {
		grid.Headers(t.titles...)
		t.headed = true
	}
	return writeLines(t.out, grid.Render())
}

// WriteDetails writes pairs of a title and a text; titles are bold if color is set.
func WriteDetails(out io.Writer, rows [][2]string, color bool) error {
	if len(rows) == 0 {
		return nil
	}
	grid := lipglosstable.New().
		BorderTop(false).BorderBottom(false).BorderLeft(false).BorderRight(false).BorderHeader(false).BorderColumn(false).
		StyleFunc(func(_, col int) lipgloss.Style {
			return lipgloss.NewStyle().PaddingRight(gap).Bold(color && col == 0)
		})
	for _, row := range rows {
		grid.Row(row[0], row[1])
	}
	return writeLines(out, grid.Render())
}

// writeLines omits the trailing spaces of the last column.
func writeLines(out io.Writer, text string) error {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString(strings.TrimRight(line, " \n") + "\n")
	}
	_, err := io.WriteString(out, b.String())
	return err
}
