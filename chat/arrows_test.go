package chat_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io/fs"
	"maps"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

const house = "github.com/acschat/acs-chat-go"

// arrows lists for each package of the repository what it may import besides the standard library: which packages of the
// repository, and which of others. As for the go command, name/... is that package and everything below it.
var arrows = map[string]struct{ ours, others []string }{
	"gen/chatapi": {
		others: []string{"github.com/oapi-codegen/runtime/..."},
	},
	"gen/identityapi": {
		others: []string{"github.com/oapi-codegen/runtime/..."},
	},
	"gen/internal/contract": {
		others: []string{"github.com/getkin/kin-openapi/...", "github.com/onsi/ginkgo/v2", "github.com/onsi/gomega"},
	},
	"api": {
		ours:   []string{"chat/chattest"},
		others: []string{"github.com/getkin/kin-openapi/...", "github.com/onsi/ginkgo/v2", "github.com/onsi/gomega"},
	},
	"chat/explain": {},
	"chat/redact":  {},
	"chat/internal/...": {
		ours:   []string{"chat/explain", "chat/redact", "chat/internal/...", "gen/chatapi"},
		others: []string{"github.com/Azure/azure-sdk-for-go/sdk/azcore/...", "github.com/go-json-experiment/json/..."},
	},
	"chat": {
		ours: []string{"chat/explain", "chat/redact", "chat/internal/...", "gen/chatapi"},
		others: []string{
			"github.com/Azure/azure-sdk-for-go/sdk/azcore/...",
			"github.com/go-json-experiment/json/...",
			"github.com/golang-jwt/jwt/v5",
		},
	},
	"chat/identity": {
		ours:   []string{"chat", "chat/explain", "chat/redact", "chat/internal/...", "gen/identityapi"},
		others: []string{"github.com/Azure/azure-sdk-for-go/sdk/azcore/..."},
	},
	"chat/events": {
		ours:   []string{"chat", "chat/redact", "chat/internal/..."},
		others: []string{"github.com/go-json-experiment/json/..."},
	},
	"chat/realtime": {
		ours:   []string{"chat", "chat/events", "chat/internal/..."},
		others: []string{"github.com/coder/websocket"},
	},
	"chat/feed": {
		ours: []string{"chat", "chat/events", "chat/realtime", "chat/internal/..."},
	},
	"chat/limits": {
		ours: []string{"chat", "chat/internal/operations"},
	},
	"chat/limits/redislimits": {
		ours:   []string{"chat/limits"},
		others: []string{"github.com/redis/go-redis/v9"},
	},
	"chat/outbox": {
		ours: []string{"chat", "chat/limits"},
		others: []string{
			"github.com/gofrs/flock",
			"github.com/jackc/pgx/v5/...",
			"github.com/riverqueue/river/...",
		},
	},
	"chat/outbox/soak": {
		ours:   []string{"chat", "chat/identity", "chat/limits", "chat/limits/redislimits", "chat/outbox"},
		others: []string{"github.com/jackc/pgx/v5/...", "github.com/redis/go-redis/v9", "modernc.org/sqlite"},
	},
	"chat/outbox/cmd/outbox": {
		ours:   []string{"chat", "chat/identity", "chat/limits", "chat/limits/redislimits", "chat/outbox", "chat/redact"},
		others: []string{"github.com/jackc/pgx/v5/...", "github.com/redis/go-redis/v9/...", "modernc.org/sqlite"},
	},
	"chat/chattest": {
		ours:   []string{"chat", "chat/events", "chat/redact", "chat/internal/operations", "chat/internal/secret", "gen/chatapi", "gen/identityapi"},
		others: []string{"github.com/coder/websocket", "github.com/golang-jwt/jwt/v5", "go.etcd.io/bbolt/..."},
	},
	"chat/chattest/chatmatchers": {
		ours:   []string{"chat", "chat/events", "chat/chattest"},
		others: []string{"github.com/onsi/gomega/..."},
	},
	"chat/chattest/compose/app": {ours: []string{"chat", "chat/identity"}},
	"chat/examples/...":         {ours: []string{"chat/..."}, others: []string{"..."}},
	".github/image":             {others: []string{"..."}},
	"chat/benchmarks": {
		ours:   []string{"chat", "chat/internal/...", "gen/chatapi"},
		others: []string{"github.com/Azure/azure-sdk-for-go/sdk/azcore/..."},
	},
	"cmd/acschat/...": {
		ours:   []string{"cmd/acschat/...", "chat", "chat/explain", "chat/events", "chat/identity", "chat/realtime", "chat/feed", "chat/chattest", "chat/limits", "chat/redact"},
		others: []string{"..."},
	},

	// The leaves of the tool, which its commands and rooms stand on.
	"cmd/acschat/internal/harmless": {others: []string{"..."}},
	"cmd/acschat/internal/cli":      {ours: []string{"chat", "chat/redact", "cmd/acschat/internal/harmless"}},
	"cmd/acschat/internal/input":    {ours: []string{"cmd/acschat/internal/cli"}},
	"cmd/acschat/internal/show":     {ours: []string{"chat", "cmd/acschat/internal/harmless"}, others: []string{"..."}},
	"cmd/acschat/internal/flags": {
		ours: []string{
			"chat", "cmd/acschat/internal/cli", "cmd/acschat/internal/harmless", "cmd/acschat/internal/input", "cmd/acschat/internal/show",
		},
		others: []string{"..."},
	},
}

// libraryModules are all the modules in a program that imports chat and chat/identity: what these import, and what that needs.
var libraryModules = []string{
	"github.com/Azure/azure-sdk-for-go/sdk/azcore",
	"github.com/Azure/azure-sdk-for-go/sdk/internal",
	"golang.org/x/net",
	"golang.org/x/text",

	"github.com/oapi-codegen/runtime",
	"github.com/apapsch/go-jsonmerge/v2",
	"github.com/google/uuid",

	"github.com/go-json-experiment/json",
	"github.com/golang-jwt/jwt/v5",
}

var _ = Describe("The allowed imports", func() {
	var packages map[string]listedPackage

	BeforeEach(func(ctx SpecContext) {
		packages = listPackages(ctx)
	})

	It("are listed for every package", func() {
		var unruled []string
		for _, name := range ours(packages) {
			if !slices.ContainsFunc(slices.Collect(maps.Keys(arrows)), covering(name)) {
				unruled = append(unruled, name)
			}
		}
		Expect(unruled).To(BeEmpty(), "say in arrows what these packages may import")
	})

	It("are the only imports", func() {
		var astray []string
		for _, name := range ours(packages) {
			for _, path := range packages[house+"/"+name].Imports {
				if !packages[path].Standard && !mayImport(name, path) {
					astray = append(astray, name+" -> "+path)
				}
			}
		}
		Expect(astray).To(BeEmpty())
	})

	It("add no other modules to a program that imports the library", func() {
		var modules []string
		for _, path := range library(packages) {
			if module := packages[path].Module.Path; module != "" && module != house {
				modules = append(modules, module)
			}
		}
		slices.Sort(modules)
		Expect(slices.Compact(modules)).To(ConsistOf(libraryModules))
	})

	It("add no test code and no database to a program that imports the library", func() {
		unwanted := slices.DeleteFunc(library(packages), func(path string) bool {
			return !slices.Contains([]string{"testing", "net/http/httptest", "database/sql", house + "/chat/internal/script"}, path)
		})
		Expect(unwanted).To(BeEmpty())
	})
})

// listedPackage is what the go command says of a package.
type listedPackage struct {
	ImportPath             string
	GoFiles, Imports, Deps []string
	Standard               bool
	Module                 struct{ Path string }
}

// listPackages lists all packages of the modules of the repository, without their tests, and all that they depend on.
func listPackages(ctx context.Context) map[string]listedPackage {
	GinkgoHelper()
	packages := make(map[string]listedPackage)
	for _, module := range moduleFolders() {
		list := exec.CommandContext(ctx, "go", "list", "-deps", "-json=ImportPath,GoFiles,Imports,Deps,Standard,Module", "./...")
		list.Dir, list.Stderr = module, GinkgoWriter
		out, err := list.Output()
		Expect(err).NotTo(HaveOccurred())
		for decoder := json.NewDecoder(bytes.NewReader(out)); decoder.More(); {
			var p listedPackage
			Expect(decoder.Decode(&p)).To(Succeed())
			packages[p.ImportPath] = p
		}
	}
	return packages
}

// moduleFolders are the folders of the repository that contain a module.
func moduleFolders() []string {
	GinkgoHelper()
	var folders []string
	Expect(filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.Name() == "node_modules":
			return filepath.SkipDir
		case entry.Name() == "go.mod":
			folders = append(folders, filepath.Dir(path))
		}
		return nil
	})).To(Succeed())
	return folders
}

// ours are the packages of the repository, except those that contain only tests.
func ours(packages map[string]listedPackage) []string {
	var names []string
	for path, p := range packages {
		if (p.Module.Path == house || strings.HasPrefix(p.Module.Path, house+"/")) && len(p.GoFiles) > 0 {
			names = append(names, strings.TrimPrefix(path, house+"/"))
		}
	}
	return names
}

// library is what a program depends on that imports chat and chat/identity.
func library(packages map[string]listedPackage) []string {
	return slices.Concat(packages[house+"/chat"].Deps, packages[house+"/chat/identity"].Deps)
}

// mayImport reports whether every rule for a package allows the import.
func mayImport(name, path string) bool {
	imported, own := strings.CutPrefix(path, house+"/")
	for pattern, to := range arrows {
		allowed := to.others
		if own {
			allowed = to.ours
		}
		if covers(pattern, name) && !slices.ContainsFunc(allowed, covering(imported)) {
			return false
		}
	}
	return true
}

func covering(name string) func(pattern string) bool {
	return func(pattern string) bool { return covers(pattern, name) }
}

func covers(pattern, name string) bool {
	folder, below := strings.CutSuffix(pattern, "...")
	return name == strings.TrimSuffix(folder, "/") || below && strings.HasPrefix(name, folder)
}
