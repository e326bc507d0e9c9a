package main

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// textOfHTML is what a browser would show of some HTML, without anything a browser would do: tags, comments, scripts and styles are
// left out, and where lines would end they do.
func textOfHTML(source string) string {
	var b strings.Builder
	tokens := html.NewTokenizer(strings.NewReader(source))
	var hidden atom.Atom // the element whose text is not shown; 0: none
	for {
		switch tokens.Next() {
		case html.ErrorToken: // the end
			return strings.TrimSpace(b.String())
		case html.TextToken:
			if hidden == 0 {
				b.Write(tokens.Text())
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			name, _ := tokens.TagName()
			tag := atom.Lookup(name)
			switch {
			case hidden == 0 && isHidden(tag):
				hidden = tag
			case hidden == 0 && tag == atom.Br:
				b.WriteByte('\n')
			}
		case html.EndTagToken:
			name, _ := tokens.TagName()
			tag := atom.Lookup(name)
			switch {
			case tag == hidden:
				hidden = 0
			case hidden == 0 && endsLine(tag):
				b.WriteByte('\n')
			}
		}
	}
}

func isHidden(tag atom.Atom) bool {
	switch tag {
	case atom.Script, atom.Style, atom.Template, atom.Iframe, atom.Object, atom.Noscript, atom.Head, atom.Title, atom.Textarea:
		return true
	}
	return false
}

func endsLine(tag atom.Atom) bool {
	switch tag {
	case atom.P, atom.Div, atom.Li, atom.Tr, atom.Ul, atom.Ol, atom.Table, atom.Blockquote, atom.Pre,
		atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		return true
	}
	return false
}
