package chat_test

import (
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// operationTypes are the types whose methods are operations, by package. Each method has an example.
var operationTypes = map[string][]string{
	"chat":          {"Client", "ThreadClient", "Fleet"},
	"chat/identity": {"Client"},
	"chat/chattest": {"Service"},
}

// handleTypes are the types whose methods are shown together in an example of their type, by package.
var handleTypes = map[string][]string{
	"chat/chattest": {"InjectedFault", "Subscription", "Webhook"},
}

// withoutExample are constructors and methods that have none, with the reason.
var withoutExample = map[string]string{
	"chat.Client.Pipeline":    "its type belongs to azcore",
	"chat/chattest.NewServer": "it needs a test; the README shows it in one",
}

var _ = Describe("The examples", func() {
	It("are in every package for users, and have checked output", func() {
		var missing []string
		for _, folder := range publicPackages() {
			if p := documentation(folder); !slices.ContainsFunc(examplesOf(p), checked) {
				missing = append(missing, folder)
			}
		}
		Expect(missing).To(BeEmpty())
		Expect(publicPackages()).To(ContainElements("chat", "chat/limits/redislimits", "chat/outbox"))
	})

	It("show every constructor and operation of chat, identity and chattest", func() {
		var missing []string
		for folder, types := range operationTypes {
			for name, examples := range shown(documentation(folder), types) {
				if name = folder + "." + name; withoutExample[name] == "" && !slices.ContainsFunc(examples, checked) {
					missing = append(missing, name)
				}
			}
		}
		Expect(missing).To(BeEmpty(), "write an example with output, or give a reason in withoutExample")
	})

	It("call every method of the values that operations return", func() {
		for folder, types := range handleTypes {
			for _, t := range documentation(folder).Types {
				for _, m := range t.Methods {
					if slices.Contains(types, t.Name) {
						Expect(slices.ContainsFunc(t.Examples, calling(m.Name))).To(BeTrue(), "%s.%s", t.Name, m.Name)
					}
				}
			}
		}
	})
})

var _ = Describe("The documentation of packages", func() {
	It("is in a doc.go", func() {
		for _, folder := range publicPackages() {
			file, err := parser.ParseFile(token.NewFileSet(), filepath.Join("..", folder, "doc.go"), nil, parser.ParseComments)
			Expect(err).NotTo(HaveOccurred())
			Expect(file.Doc.Text()).To(HavePrefix("Package "), folder)
		}
	})
})

// withoutPackages are the names of folders without packages for users.
var withoutPackages = []string{"internal", "testdata", "node_modules", "benchmarks", "cmd", "compose", "conformance", "examples", "soak"}

// publicPackages are the folders of the packages below chat that users import, also those of other modules.
func publicPackages() []string {
	GinkgoHelper()
	var folders []string
	Expect(filepath.WalkDir(".", func(path string, entry os.DirEntry, err error) error {
		if err != nil || !entry.IsDir() {
			return err
		}
		if slices.Contains(withoutPackages, entry.Name()) {
			return filepath.SkipDir
		}
		if files, _ := filepath.Glob(filepath.Join(path, "*.go")); slices.ContainsFunc(files, func(name string) bool { return !isTest(name) }) {
			folders = append(folders, filepath.ToSlash(filepath.Join("chat", path)))
		}
		return nil
	})).To(Succeed())
	return folders
}

func isTest(name string) bool { return strings.HasSuffix(name, "_test.go") }

// documentation is what go doc shows of a package, with its examples.
func documentation(folder string) *doc.Package {
	GinkgoHelper()
	names, err := filepath.Glob(filepath.Join("..", folder, "*.go"))
	Expect(err).NotTo(HaveOccurred())
	fset := token.NewFileSet()
	var files []*ast.File
	for _, name := range names {
		file, err := parser.ParseFile(fset, name, nil, parser.ParseComments)
		Expect(err).NotTo(HaveOccurred())
		files = append(files, file)
	}
	p, err := doc.NewFromFiles(fset, files, house+"/"+folder)
	Expect(err).NotTo(HaveOccurred())
	return p
}

// shown are the constructors of a package, and the methods of some types, with their examples.
func shown(p *doc.Package, types []string) map[string][]*doc.Example {
	all := make(map[string][]*doc.Example)
	constructor := func(f *doc.Func) bool { return strings.HasPrefix(f.Name, "New") || f.Name == "Open" }
	for _, f := range p.Funcs {
		if constructor(f) {
			all[f.Name] = f.Examples
		}
	}
	for _, t := range p.Types {
		for _, f := range t.Funcs {
			if constructor(f) {
				all[f.Name] = f.Examples
			}
		}
		if slices.Contains(types, t.Name) {
			for _, m := range t.Methods {
				all[t.Name+"."+m.Name] = m.Examples
			}
		}
	}
	return all
}

// examplesOf are the examples of a package and of everything in it.
func examplesOf(p *doc.Package) []*doc.Example {
	all := slices.Clone(p.Examples)
	for _, f := range p.Funcs {
		all = append(all, f.Examples...)
	}
	for _, t := range p.Types {
		all = append(all, t.Examples...)
		for _, f := range slices.Concat(t.Funcs, t.Methods) {
			all = append(all, f.Examples...)
		}
	}
	return all
}

// calling returns whether an example with output calls a method with a name.
func calling(name string) func(*doc.Example) bool {
	return func(e *doc.Example) bool {
		found := false
		ast.Inspect(e.Code, func(n ast.Node) bool {
			selector, ok := n.(*ast.SelectorExpr)
			found = found || ok && selector.Sel.Name == name
			return !found
		})
		return found && checked(e)
	}
}

// checked reports whether an example has output that go test compares.
func checked(e *doc.Example) bool { return e.Output != "" || e.EmptyOutput }
