// Command image writes a container image of the static binaries of one program, with an image for each platform:
//
//	image -o DIR [-licenses DIR] BINARY...
//
// DIR/oci is the image as an OCI layout, and DIR/NAME_OS_ARCH.tar is the image of one platform for docker load. With -push, the
// image goes to a registry too, under its version, and under latest unless it is a prerelease. Credentials are those of
// docker login. The files in the directory of -licenses are in /usr/share/licenses of the image.
//
// No Docker engine and no base image is needed: besides the binary, the image has /tmp, a user and the certificates of the public
// authorities. Platform, version and time come from the build information of the binaries, and the same binaries make the same image.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	switch {
	case errors.Is(err, flag.ErrHelp):
	case err != nil:
		fmt.Fprintln(os.Stderr, "image:", err)
		os.Exit(1)
	}
}

// run prints the reference of the image with its digest to stdout.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("image", flag.ContinueOnError)
	flags.SetOutput(stderr)
	dir := flags.String("o", ".", "the `directory` to write to")
	licensesDir := flags.String("licenses", "", "the `directory` with the licenses of the program")
	repository := flags.String("name", "ghcr.io/acschat/acschat", "the `repository` of the image")
	push := flags.Bool("push", false, "push the image to its repository")
	if err := flags.Parse(args); err != nil {
		return err
	}
	repo, err := name.NewRepository(*repository)
	if err != nil {
		return err
	}
	binaries, err := readBinaries(flags.Args())
	if err != nil {
		return err
	}
	licenses, err := readLicenses(*licensesDir)
	if err != nil {
		return err
	}
	index, err := newIndex(binaries, licenses)
	if err != nil {
		return err
	}
	tag := repo.Tag(tagOf(binaries[0].version))
	if err := write(*dir, tag, index, binaries); err != nil {
		return err
	}
	if *push {
		if err := pushIndex(ctx, tag, index); err != nil {
			return err
		}
	}
	digest, err := index.Digest()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(stdout, "%s@%s\n", tag, digest)
	return err
}

// tagOf returns the tag of a version. A version may have a plus sign, and a tag may not.
func tagOf(version string) string {
	if version == "" || version == "(devel)" {
		return "devel"
	}
	return strings.ReplaceAll(version, "+", "-")
}

// write replaces the layout and the archives in dir.
func write(dir string, tag name.Tag, index v1.ImageIndex, binaries []binary) error {
	oci := filepath.Join(dir, "oci")
	if err := os.RemoveAll(oci); err != nil {
		return err
	}
	path, err := layout.Write(oci, empty.Index)
	if err != nil {
		return err
	}
	named := layout.WithAnnotations(map[string]string{"org.opencontainers.image.ref.name": tag.TagStr()})
	if err := path.AppendIndex(index, named); err != nil {
		return err
	}
	for _, b := range binaries {
		image, err := imageOf(index, b.platform)
		if err != nil {
			return err
		}
		file := fmt.Sprintf("%s_%s_%s.tar", b.name, b.platform.OS, b.platform.Architecture)
		if err := tarball.WriteToFile(filepath.Join(dir, file), tag, image); err != nil {
			return err
		}
	}
	return nil
}

func pushIndex(ctx context.Context, tag name.Tag, index v1.ImageIndex) error {
	options := []remote.Option{remote.WithContext(ctx), remote.WithAuthFromKeychain(authn.DefaultKeychain)}
	if err := remote.WriteIndex(tag, index, options...); err != nil {
		return err
	}
	if strings.Contains(tag.TagStr(), "-") || tag.TagStr() == "devel" {
		return nil
	}
	return remote.Tag(tag.Repository.Tag("latest"), index, options...)
}
