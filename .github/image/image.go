package main

import (
	"archive/tar"
	"bytes"
	"fmt"
	"io"
	"os"
	"path"
	"strings"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// userID is the user and the group that the program runs as. Other images without a shell have the same one.
const userID = 65532

// newIndex returns the image of the binaries, with an image for each platform.
func newIndex(binaries []binary, licenses []license) (v1.ImageIndex, error) {
	index := mutate.IndexMediaType(empty.Index, types.OCIImageIndex)
	for _, b := range binaries {
		image, err := newImage(b, licenses)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", b.file, err)
		}
		index = mutate.AppendManifests(index, mutate.IndexAddendum{Add: image, Descriptor: v1.Descriptor{Platform: &b.platform}})
	}
	return mutate.Annotations(index, labels(binaries[0])).(v1.ImageIndex), nil
}

func newImage(b binary, licenses []license) (v1.Image, error) {
	files, err := newLayer(b, licenses)
	if err != nil {
		return nil, err
	}
	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(files)), nil
	}, tarball.WithMediaType(types.OCILayer), tarball.WithCompressedCaching)
	if err != nil {
		return nil, err
	}
	image := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON)
	image, err = mutate.Append(image, mutate.Addendum{
		Layer:   layer,
		History: v1.History{Created: v1.Time{Time: b.time}, CreatedBy: "acs-chat-go/.github/image"},
	})
	if err != nil {
		return nil, err
	}
	config, err := image.ConfigFile()
	if err != nil {
		return nil, err
	}
	config = config.DeepCopy()
	config.OS, config.Architecture = b.platform.OS, b.platform.Architecture
	config.Created = v1.Time{Time: b.time}
	config.Config = v1.Config{
		Entrypoint: []string{b.name},
		Env:        []string{"PATH=/usr/local/bin", "HOME=/tmp"},
		User:       fmt.Sprintf("%d:%[1]d", userID),
		WorkingDir: "/tmp",
		Labels:     labels(b),
	}
	return mutate.ConfigFile(image, config)
}

// imageOf returns the image of a platform in an index of newIndex.
func imageOf(index v1.ImageIndex, platform v1.Platform) (v1.Image, error) {
	manifest, err := index.IndexManifest()
	if err != nil {
		return nil, err
	}
	for _, m := range manifest.Manifests {
		if m.Platform != nil && m.Platform.Equals(platform) {
			return index.Image(m.Digest)
		}
	}
	return nil, fmt.Errorf("there is no image for %s", platform)
}

// labels describe the image for registries and for people who inspect it.
func labels(b binary) map[string]string {
	labels := map[string]string{
		"org.opencontainers.image.title":       b.name,
		"org.opencontainers.image.description": "Emulator and command-line tool for the chat service of Azure Communication Services",
		"org.opencontainers.image.source":      "https://github.com/acschat/acs-chat-go",
		"org.opencontainers.image.licenses":    "MIT",
		"org.opencontainers.image.version":     b.version,
		"org.opencontainers.image.created":     b.time.Format(time.RFC3339),
	}
	if b.revision != "" {
		labels["org.opencontainers.image.revision"] = b.revision
	}
	return labels
}

// newLayer returns the files of the image as a tar archive.
func newLayer(b binary, licenses []license) ([]byte, error) {
	program, err := os.ReadFile(b.file)
	if err != nil {
		return nil, err
	}
	type entry struct {
		name string // of a directory, if it ends with a slash
		mode int64
		data []byte
	}
	entries := []entry{
		{"etc/", 0o755, nil},
		{"etc/group", 0o644, fmt.Appendf(nil, "root:x:0:\n%s:x:%d:\n", b.name, userID)},
		{"etc/passwd", 0o644, fmt.Appendf(nil, "root:x:0:0:root:/root:/sbin/nologin\n%s:x:%d:%[2]d::/tmp:/sbin/nologin\n", b.name, userID)},
		{"etc/ssl/", 0o755, nil},
		{"etc/ssl/certs/", 0o755, nil},
		{"etc/ssl/certs/ca-certificates.crt", 0o644, certificates()},
		{"tmp/", 0o1777, nil},
		{"usr/", 0o755, nil},
		{"usr/local/", 0o755, nil},
		{"usr/local/bin/", 0o755, nil},
		{path.Join("usr/local/bin", b.name), 0o755, program},
	}
	for i, l := range licenses {
		if i == 0 {
			entries = append(entries, entry{"usr/share/", 0o755, nil}, entry{"usr/share/licenses/", 0o755, nil})
		}
		entries = append(entries, entry{path.Join("usr/share/licenses", l.name), 0o644, l.text})
	}
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	for _, file := range entries {
		header := &tar.Header{Name: file.name, Mode: file.mode, Size: int64(len(file.data)), ModTime: b.time, Typeflag: tar.TypeReg}
		if strings.HasSuffix(file.name, "/") {
			header.Typeflag = tar.TypeDir
		}
		if err := w.WriteHeader(header); err != nil {
			return nil, err
		}
		if _, err := w.Write(file.data); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return archive.Bytes(), nil
}
