package tuitest

import (
	"fmt"
	"html"
	"image/color"
	"strings"

	uv "github.com/charmbracelet/ultraviolet"
)

// HTML returns the screen as the content of a <pre> element, with its colors. Text without a color has that of the element.
func (t *Terminal) HTML() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var b strings.Builder
	for y := range t.screen.Height() {
		before := ""
		for x := range t.screen.Width() {
			cell := t.screen.CellAt(x, y)
			if cell == nil || cell.Width == 0 { // the rest of a wide character
				continue
			}
			if css := styleOf(cell.Style); css != before {
				if before != "" {
					b.WriteString("</span>")
				}
				if css != "" {
					b.WriteString(`<span style="` + css + `">`)
				}
				before = css
			}
			b.WriteString(html.EscapeString(cell.Content))
		}
		if before != "" {
			b.WriteString("</span>")
		}
		b.WriteString("\n")
	}
	return b.String()
}

func styleOf(s uv.Style) string {
	var css strings.Builder
	name := func(c color.Color, otherwise string) string {
		if c == nil {
			return otherwise
		}
		r, g, b, _ := c.RGBA()
		return fmt.Sprintf("#%02x%02x%02x", r>>8, g>>8, b>>8)
	}
	text, behind := name(s.Fg, ""), name(s.Bg, "")
	if s.Attrs&uv.AttrReverse != 0 {
		text, behind = name(s.Bg, "Canvas"), name(s.Fg, "CanvasText")
	}
	if text != "" {
		css.WriteString("color:" + text + ";")
	}
	if behind != "" {
		css.WriteString("background:" + behind + ";")
	}
	if s.Attrs&uv.AttrBold != 0 {
		css.WriteString("font-weight:bold;")
	}
	if s.Attrs&uv.AttrFaint != 0 {
		css.WriteString("opacity:.65;")
	}
	if s.Attrs&uv.AttrItalic != 0 {
		css.WriteString("font-style:italic;")
	}
	if s.Underline != 0 {
		css.WriteString("text-decoration:underline;")
	}
	return css.String()
}
