package harmless

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// HTML returns the Text of HTML as a browser shows it: without tags, comments, scripts and styles, and with line breaks around
// blocks. Surrounding white space is removed.
func HTML(source string) string {
	var b strings.Builder
	tokens := html.NewTokenizer(strings.NewReader(source))
	var hidden atom.Atom // the element whose text is hidden; 0 if none
	for {
		switch tokens.Next() {
		case html.ErrorToken: // the end
			return Text(strings.TrimSpace(b.String()))
		case html.TextToken:
			if hidden == 0 {
				b.Write(tokens.Text())
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			switch tag := tagOf(tokens); {
			case hidden != 0:
			case isHidden(tag):
				hidden = tag
			case tag == atom.Br:
				b.WriteByte('\n')
			case isBlock(tag):
				endLine(&b)
			}
		case html.EndTagToken:
			switch tag := tagOf(tokens); {
			case tag == hidden:
				hidden = 0
			case hidden == 0 && isBlock(tag):
				endLine(&b)
			}
		}
	}
}

// tagOf returns 0 for an unknown tag.
func tagOf(tokens *html.Tokenizer) atom.Atom {
	name, _ := tokens.TagName()
	return atom.Lookup(name)
}

func isHidden(tag atom.Atom) bool {
	switch tag {
	case atom.Script, atom.Style, atom.Template, atom.Iframe, atom.Object, atom.Noscript, atom.Head, atom.Title, atom.Textarea:
		return true
	}
	return false
}

func isBlock(tag atom.Atom) bool {
	switch tag {
	case atom.P, atom.Div, atom.Li, atom.Tr, atom.Ul, atom.Ol, atom.Table, atom.Blockquote, atom.Pre,
		atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		return true
	}
	return false
}

// endLine ends the current line, if it is not empty.
func endLine(b *strings.Builder) {
	if text := b.String(); text != "" && !strings.HasSuffix(text, "\n") {
		b.WriteByte('\n')
	}
}
