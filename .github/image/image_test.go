package main

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"log/slog"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/validate"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// The programs that the specs put into images, built once from a repository of their own with a tag v1.2.3.
var (
	amd64, arm64, windows, dynamic, later string
	committed                             = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
)

var _ = BeforeSuite(func(ctx SpecContext) {
	repo := GinkgoT().TempDir()
	write := func(file, text string) {
		Expect(os.WriteFile(filepath.Join(repo, file), []byte(text), 0o600)).To(Succeed())
	}
	git := func(args ...string) {
		command(ctx, repo, []string{"GIT_COMMITTER_DATE=" + committed.Format(time.RFC3339)}, "git",
			append([]string{"-c", "user.name=Ana", "-c", "user.email=ana@example.com", "-c", "commit.gpgsign=false", "-c", "tag.gpgsign=false"}, args...)...)
	}
	build := func(goos, goarch string, flags ...string) string {
		file := filepath.Join(GinkgoT().TempDir(), "hello")
		args := append([]string{"build", "-trimpath", "-buildvcs=true", "-o", file}, flags...)
		command(ctx, repo, []string{"GOOS=" + goos, "GOARCH=" + goarch, "CGO_ENABLED=0"}, "go", append(args, ".")...)
		return file
	}
	write("go.mod", "module example.com/hello\n\ngo 1.26.0\n")
	write("main.go", "package main\n\nfunc main() { println(\"hello\") }\n")
	git("init", "-q")
	git("add", ".")
	git("commit", "-q", "-m", "first")
	git("tag", "v1.2.3")
	amd64, arm64, windows = build("linux", "amd64"), build("linux", "arm64"), build("windows", "amd64")
	dynamic = build("linux", "amd64", "-buildmode=pie") // which the loader of shared libraries starts
	write("main.go", "package main\n\nfunc main() { println(\"changed\") }\n")
	later = build("linux", "arm64")
})

var _ = Describe("The image", func() {
	var dir string

	BeforeEach(func() { dir = GinkgoT().TempDir() })

	It("is a valid OCI layout with an image for each platform", func(ctx SpecContext) {
		reference := succeed(ctx, "-o", dir, amd64, arm64)
		path, err := layout.FromPath(filepath.Join(dir, "oci"))
		Expect(err).NotTo(HaveOccurred())
		top, err := path.ImageIndex()
		Expect(err).NotTo(HaveOccurred())
		Expect(validate.Index(top)).To(Succeed())

		manifest, err := top.IndexManifest()
		Expect(err).NotTo(HaveOccurred())
		Expect(manifest.Manifests).To(HaveLen(1))
		Expect(manifest.Manifests[0].Annotations).To(HaveKeyWithValue("org.opencontainers.image.ref.name", "v1.2.3"))
		Expect(reference).To(Equal("ghcr.io/acschat/acschat:v1.2.3@" + manifest.Manifests[0].Digest.String()))

		index, err := top.ImageIndex(manifest.Manifests[0].Digest)
		Expect(err).NotTo(HaveOccurred())
		manifest, err = index.IndexManifest()
		Expect(err).NotTo(HaveOccurred())
		var platforms []string
		for _, m := range manifest.Manifests {
			platforms = append(platforms, m.Platform.String())
		}
		Expect(platforms).To(HaveExactElements("linux/amd64", "linux/arm64"))
	})

	It("has an archive for docker load for each platform", func(ctx SpecContext) {
		succeed(ctx, "-o", dir, amd64, arm64)
		tag, err := name.NewTag("ghcr.io/acschat/acschat:v1.2.3")
		Expect(err).NotTo(HaveOccurred())
		for _, arch := range []string{"amd64", "arm64"} {
			image, err := tarball.ImageFromPath(filepath.Join(dir, "hello_linux_"+arch+".tar"), &tag)
			Expect(err).NotTo(HaveOccurred())
			Expect(validate.Image(image)).To(Succeed())
			Expect(configOf(image)).To(HaveField("Architecture", arch))
		}
	})

	It("runs the program as a user other than root, in a directory that the user can write to", func(ctx SpecContext) {
		config := configOf(loaded(ctx, dir, amd64))
		Expect(config.Config.Entrypoint).To(HaveExactElements("hello"))
		Expect(config.Config.User).To(Equal("65532:65532"))
		Expect(config.Config.Env).To(ConsistOf("PATH=/usr/local/bin", "HOME=/tmp"))
		Expect(config.Config.WorkingDir).To(Equal("/tmp"))
	})

	It("contains the program, the certificates, the user and /tmp, as of the time of the revision", func(ctx SpecContext) {
		files := unpacked(loaded(ctx, dir, amd64))
		modes := map[string]int64{}
		for name, file := range files {
			modes[name] = file.header.Mode
			Expect(file.header.ModTime).To(BeTemporally("==", committed), name)
			Expect(file.header.Uid).To(BeZero(), name)
		}
		Expect(modes).To(Equal(map[string]int64{
			"etc/": 0o755, "etc/group": 0o644, "etc/passwd": 0o644,
			"etc/ssl/": 0o755, "etc/ssl/certs/": 0o755, "etc/ssl/certs/ca-certificates.crt": 0o644,
			"tmp/": 0o1777,
			"usr/": 0o755, "usr/local/": 0o755, "usr/local/bin/": 0o755, "usr/local/bin/hello": 0o755,
		}))
		program, err := os.ReadFile(amd64)
		Expect(err).NotTo(HaveOccurred())
		Expect(bytes.Equal(files["usr/local/bin/hello"].data, program)).To(BeTrue())
		Expect(string(files["etc/passwd"].data)).To(ContainSubstring("hello:x:65532:65532:"))
	})

	It("contains the licenses of the program", func(ctx SpecContext) {
		licenses := GinkgoT().TempDir()
		for name, text := range map[string]string{"LICENSE": "MIT", "THIRD-PARTY-NOTICES.txt": "BSD"} {
			Expect(os.WriteFile(filepath.Join(licenses, name), []byte(text), 0o600)).To(Succeed())
		}
		files := unpacked(loaded(ctx, dir, amd64, "-licenses", licenses))
		Expect(string(files["usr/share/licenses/LICENSE"].data)).To(Equal("MIT"))
		notices := files["usr/share/licenses/THIRD-PARTY-NOTICES.txt"]
		Expect(string(notices.data)).To(Equal("BSD"))
		Expect(notices.header.Mode).To(BeEquivalentTo(0o644))
		Expect(files).To(HaveKey("usr/share/licenses/"))
	})

	It("trusts public authorities", func() {
		var names []string
		for rest := certificates(); len(rest) > 0; {
			var block *pem.Block
			block, rest = pem.Decode(rest)
			Expect(block).NotTo(BeNil())
			certificate, err := x509.ParseCertificate(block.Bytes)
			Expect(err).NotTo(HaveOccurred())
			Expect(certificate.IsCA).To(BeTrue())
			names = append(names, certificate.Subject.CommonName)
		}
		Expect(len(names)).To(BeNumerically(">", 50))
		Expect(names).To(ContainElements("DigiCert Global Root G2", "Microsoft RSA Root Certificate Authority 2017"), "Azure has certificates of these")
	})

	It("says in its labels what is in it", func(ctx SpecContext) {
		Expect(configOf(loaded(ctx, dir, amd64)).Config.Labels).To(And(
			HaveKeyWithValue("org.opencontainers.image.version", "v1.2.3"),
			HaveKeyWithValue("org.opencontainers.image.created", "2026-11-30T12:00:00Z"),
			HaveKeyWithValue("org.opencontainers.image.revision", HaveLen(40)),
			HaveKeyWithValue("org.opencontainers.image.source", "https://github.com/acschat/acs-chat-go"),
		))
	})

	It("is the same each time", func(ctx SpecContext) {
		first := succeed(ctx, "-o", dir, amd64, arm64)
		Expect(succeed(ctx, "-o", GinkgoT().TempDir(), amd64, arm64)).To(Equal(first))
	})

	It("replaces an earlier image", func(ctx SpecContext) {
		succeed(ctx, "-o", dir, later)
		succeed(ctx, "-o", dir, amd64)
		path, err := layout.FromPath(filepath.Join(dir, "oci"))
		Expect(err).NotTo(HaveOccurred())
		top, err := path.ImageIndex()
		Expect(err).NotTo(HaveOccurred())
		Expect(top.IndexManifest()).To(HaveField("Manifests", HaveLen(1)))
	})
})

var _ = Describe("The registry", func() {
	var repository string

	BeforeEach(func() {
		server := httptest.NewServer(registry.New(registry.Logger(slog.NewLogLogger(slog.NewTextHandler(GinkgoWriter, nil), slog.LevelInfo))))
		DeferCleanup(server.Close)
		repository = strings.TrimPrefix(server.URL, "http://") + "/acschat"
	})

	tags := func() []string {
		GinkgoHelper()
		repo, err := name.NewRepository(repository)
		Expect(err).NotTo(HaveOccurred())
		tags, err := remote.List(repo)
		Expect(err).NotTo(HaveOccurred())
		return tags
	}

	It("gets the image of all platforms under its version and latest with -push", func(ctx SpecContext) {
		reference := succeed(ctx, "-o", GinkgoT().TempDir(), "-name", repository, "-push", amd64, arm64)
		Expect(tags()).To(ConsistOf("v1.2.3", "latest"))
		for _, tag := range []string{"v1.2.3", "latest"} {
			ref, err := name.ParseReference(repository + ":" + tag)
			Expect(err).NotTo(HaveOccurred())
			index, err := remote.Index(ref)
			Expect(err).NotTo(HaveOccurred())
			Expect(validate.Index(index)).To(Succeed())
			digest, err := index.Digest()
			Expect(err).NotTo(HaveOccurred())
			Expect(reference).To(HaveSuffix("@" + digest.String()))
		}
	})

	It("gets a build of another revision under its version only", func(ctx SpecContext) {
		reference := succeed(ctx, "-o", GinkgoT().TempDir(), "-name", repository, "-push", later)
		Expect(tags()).To(HaveExactElements(MatchRegexp(`^v1\.2\.4-0\.\d+-[0-9a-f]{12}-dirty$|^v1\.2\.3-dirty$`)))
		Expect(reference).To(ContainSubstring("-dirty@"))
	})

	It("gets nothing without -push", func(ctx SpecContext) {
		succeed(ctx, "-o", GinkgoT().TempDir(), "-name", repository, amd64)
		repo, err := name.NewRepository(repository)
		Expect(err).NotTo(HaveOccurred())
		_, err = remote.List(repo)
		Expect(err).To(HaveOccurred())
	})
})

var _ = Describe("The arguments", func() {
	DescribeTable("are refused",
		func(ctx SpecContext, reason string, args func() []string) {
			var stderr bytes.Buffer
			err := run(ctx, append([]string{"-o", GinkgoT().TempDir()}, args()...), io.Discard, &stderr)
			Expect(err).To(MatchError(ContainSubstring(reason)))
		},
		Entry("without a binary", "no binary", func() []string { return nil }),
		Entry("with a program for another system", "needs a program for Linux", func() []string { return []string{windows} }),
		Entry("with a program that needs shared libraries", "build it with CGO_ENABLED=0", func() []string { return []string{dynamic} }),
		Entry("with two binaries for one platform", "there is another binary for linux/amd64", func() []string { return []string{amd64, amd64} }),
		Entry("with two versions", "an image has one program of one version", func() []string { return []string{amd64, later} }),
		Entry("with a file that is no program of Go", "image_test.go", func() []string { return []string{"image_test.go"} }),
		Entry("with a directory without licenses", "has no files", func() []string { return []string{"-licenses", GinkgoT().TempDir(), amd64} }),
		Entry("with a bad name", "repository", func() []string { return []string{"-name", "UPPER", amd64} }),
	)
})

type file struct {
	header *tar.Header
	data   []byte
}

// succeed runs the program and returns what it prints.
func succeed(ctx context.Context, args ...string) string {
	GinkgoHelper()
	var stdout bytes.Buffer
	Expect(run(ctx, args, &stdout, GinkgoWriter)).To(Succeed())
	return strings.TrimSpace(stdout.String())
}

// loaded makes the image of a binary for linux/amd64 and reads it as docker load does.
func loaded(ctx context.Context, dir, binary string, flags ...string) v1.Image {
	GinkgoHelper()
	succeed(ctx, append(append([]string{"-o", dir}, flags...), binary)...)
	image, err := tarball.ImageFromPath(filepath.Join(dir, "hello_linux_amd64.tar"), nil)
	Expect(err).NotTo(HaveOccurred())
	return image
}

func configOf(image v1.Image) *v1.ConfigFile {
	GinkgoHelper()
	config, err := image.ConfigFile()
	Expect(err).NotTo(HaveOccurred())
	return config
}

// unpacked returns the files of the only layer of an image.
func unpacked(image v1.Image) map[string]file {
	GinkgoHelper()
	layers, err := image.Layers()
	Expect(err).NotTo(HaveOccurred())
	Expect(layers).To(HaveLen(1))
	r, err := layers[0].Uncompressed()
	Expect(err).NotTo(HaveOccurred())
	defer r.Close()
	files := map[string]file{}
	for archive := tar.NewReader(r); ; {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return files
		}
		Expect(err).NotTo(HaveOccurred())
		data, err := io.ReadAll(archive)
		Expect(err).NotTo(HaveOccurred())
		files[header.Name] = file{header, data}
	}
}

func command(ctx context.Context, dir string, env []string, name string, args ...string) {
	GinkgoHelper()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	Expect(err).NotTo(HaveOccurred(), "%s: %s", strings.Join(cmd.Args, " "), out)
}
