package chat_test

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing/fstest"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var (
	codeFence  = regexp.MustCompile("(?ms)^```.*?\n```$")
	linkTarget = regexp.MustCompile(`\]\(([^)\s]+)\)|(?m:^\[[^]]+\]):\s*(\S+)|(?:src|srcset|href)="([^"]+)"`)
	heading    = regexp.MustCompile(`(?m)^#+ +(.+?) *$`)
)

// linksOf are the targets of the links and pictures of a Markdown page.
func linksOf(page string) []string {
	var targets []string
	for _, match := range linkTarget.FindAllStringSubmatch(codeFence.ReplaceAllString(page, ""), -1) {
		targets = append(targets, strings.Join(match[1:], ""))
	}
	return targets
}

// anchorsOf are the fragments with which GitHub links to the headings of a Markdown page.
func anchorsOf(page string) []string {
	var anchors []string
	for _, match := range heading.FindAllStringSubmatch(codeFence.ReplaceAllString(page, ""), -1) {
		anchor := regexp.MustCompile(`[^\p{L}\p{N} _-]`).ReplaceAllString(strings.ToLower(match[1]), "")
		anchors = append(anchors, strings.ReplaceAll(anchor, " ", "-"))
	}
	return anchors
}

// brokenLinks are the links of a page to a file or a heading that is not in the repository. Links to other sites are not followed.
func brokenLinks(repository fs.FS, name string) (broken []string) {
	read := func(name string) string {
		page, err := fs.ReadFile(repository, name)
		Expect(err).NotTo(HaveOccurred())
		return string(page)
	}
	for _, target := range linksOf(read(name)) {
		if strings.Contains(target, ":") {
			continue
		}
		file, anchor, _ := strings.Cut(target, "#")
		file = path.Join(path.Dir(name), file)
		if strings.HasPrefix(target, "#") {
			file = name
		}
		if _, err := fs.Stat(repository, file); err != nil || anchor != "" && !slices.Contains(anchorsOf(read(file)), anchor) {
			broken = append(broken, fmt.Sprintf("%s: %s", name, target))
		}
	}
	return broken
}

var _ = Describe("The pages of the repository", func() {
	It("link to files and headings that exist", func() {
		repository := os.DirFS("..")
		var pages, broken []string
		Expect(fs.WalkDir(repository, ".", func(name string, entry fs.DirEntry, err error) error {
			if err == nil && entry.IsDir() && slices.Contains([]string{".git", "node_modules", "bin"}, entry.Name()) {
				return fs.SkipDir
			}
			if err == nil && path.Ext(name) == ".md" {
				pages = append(pages, name)
				broken = append(broken, brokenLinks(repository, name)...)
			}
			return err
		})).To(Succeed())
		Expect(pages).To(ContainElements("README.md", ".github/CONTRIBUTING.md", "chat/chattest/docs/javascript.md"))
		Expect(broken).To(BeEmpty())
	})
})

var _ = DescribeTable("A link of a page",
	func(link string, broken bool) {
		repository := fstest.MapFS{
			"docs/page.md":  {Data: []byte("# A page\n" + link + "\n```sh\necho [no](link.md)\n```\n")},
			"docs/other.md": {Data: []byte("## What it's for: `Fail`\n")},
		}
		if broken {
			Expect(brokenLinks(repository, "docs/page.md")).To(HaveLen(1))
		} else {
			Expect(brokenLinks(repository, "docs/page.md")).To(BeEmpty())
		}
	},
	Entry("to a file", "[other](other.md)", false),
	Entry("to a folder", "[docs](../docs)", false),
	Entry("to a heading", "[why](other.md#what-its-for-fail)", false),
	Entry("to a heading of its own", "[here](#a-page)", false),
	Entry("to another site", "[Go](https://go.dev/missing.md)", false),
	Entry("to a missing file", "[gone](gone.md)", true),
	Entry("to a missing heading", "[why](other.md#why)", true),
	Entry("to a missing heading of its own", "[there](#there)", true),
	Entry("to a missing file, by a reference", "[gone][1]\n\n[1]: gone.md", true),
	Entry("to a missing picture", `<img alt="" src="gone.png">`, true),
	Entry("out of the repository", "[up](../../up.md)", true),
)
