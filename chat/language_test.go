package chat_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// avoidedWords are phrases that the documentation of the Go standard library does not use, and that a reader has to read twice.
var avoidedWords = regexp.MustCompile(`\b[Nn]obody\b|(?i)\b(somebody|whoever|what is not|one that is not|as you wish|vouch(es)? for|its kin|comes of|has it all)\b`)

var _ = Describe("The language of the repository", func() {
	It("is plain: comments, strings, pages and documents contain none of the avoided words", func() {
		var found []string
		Expect(fs.WalkDir(os.DirFS(".."), ".", func(name string, entry fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if entry.IsDir() && (entry.Name() == ".git" || entry.Name() == "node_modules") {
				return fs.SkipDir
			}
			for _, text := range readableText(name) {
				if word := avoidedWords.FindString(text.text); word != "" {
					found = append(found, fmt.Sprintf("%s:%d: %q", name, text.line, word))
				}
			}
			return nil
		})).To(Succeed())
		Expect(found).To(BeEmpty(), strings.Join(found, "\n")) // which Gomega does not shorten
	})

	DescribeTable("is judged by the comments and strings of Go code, and by nothing else in it",
		func(source string, lines ...int) {
			var found []int
			for _, text := range goText("source.go", []byte("package p\n"+source)) {
				if avoidedWords.MatchString(text.text) {
					found = append(found, text.line)
				}
			}
			Expect(found).To(HaveExactElements(lines))
		},
		Entry("a comment", "// Nobody reads it.\n", 2),
		Entry("a phrase over two lines of a comment", "\n// It is one that\n// is not used.\n", 3),
		Entry("a string", "\nconst s = \"as you wish\"\n", 3),
		Entry("a raw string", "const s = `vouches for`\n", 2),
		Entry("a name", "var nobody int\n"),
		Entry("a longer word", "// It becomes official.\n"),
	)
})

// lineText is a comment, a string or a paragraph, and the line it begins in.
type lineText struct {
	line int
	text string
}

// readableText returns what people read in the file name, relative to the root of the module: nothing for files that are
// data, for generated code, whose comments stand in api, and for this file, which has to name the words.
func readableText(name string) []lineText {
	GinkgoHelper()
	if name == "chat/language_test.go" || strings.HasSuffix(name, ".gen.go") || strings.Contains(name, "/testdata/") {
		return nil
	}
	switch path.Ext(name) {
	case ".go":
		return goText(name, readFile(name))
	case ".md", ".html", ".css", ".js", ".yaml", ".yml":
		return paragraphs(string(readFile(name)))
	}
	if path.Base(name) == "Makefile" {
		return paragraphs(string(readFile(name)))
	}
	return nil
}

func readFile(name string) []byte {
	GinkgoHelper()
	content, err := fs.ReadFile(os.DirFS(".."), name)
	Expect(err).NotTo(HaveOccurred())
	return content
}

// goText returns the comments and the string literals of Go code. A comment group is one text, since phrases cross lines.
func goText(name string, source []byte) []lineText {
	GinkgoHelper()
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, name, source, parser.ParseComments|parser.SkipObjectResolution)
	Expect(err).NotTo(HaveOccurred())
	var texts []lineText
	add := func(at token.Pos, text string) {
		texts = append(texts, lineText{files.Position(at).Line, strings.Join(strings.Fields(text), " ")})
	}
	for _, group := range file.Comments {
		add(group.Pos(), group.Text())
	}
	ast.Inspect(file, func(node ast.Node) bool {
		if literal, ok := node.(*ast.BasicLit); ok && literal.Kind == token.STRING {
			add(literal.Pos(), literal.Value)
		}
		return true
	})
	return texts
}

// paragraphs splits a document at its empty lines.
func paragraphs(document string) []lineText {
	var texts []lineText
	line := 1
	for paragraph := range strings.SplitSeq(document, "\n\n") {
		texts = append(texts, lineText{line, strings.NewReplacer("\n", " ", "#", " ").Replace(paragraph)})
		line += strings.Count(paragraph, "\n") + 2
	}
	return texts
}
