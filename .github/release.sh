#!/bin/sh
# Releases the modules of the repository together; CONTRIBUTING.md has the steps.
#
#	release.sh prepare VERSION   write the version into the changelog and the go.mod of each module that others import
#	release.sh check VERSION     check that the commit is tagged, and that a program gets each module at the version
#	release.sh notes VERSION     print the section of the changelog
#	release.sh rehearse VERSION  do it all in a clone of the last commit
set -eu
cd "$(dirname "$0")/.."

fail() {
	echo "release: $*" >&2
	exit 1
}

case "${2:-}" in
v[0-9]*.[0-9]*.[0-9]*) version=$2 ;;
*) fail 'usage: release.sh prepare|check|notes|rehearse VERSION, with a version such as v0.2.0' ;;
esac

root=$(go list -m)
# The folders of the modules that others import, besides the root. Examples and tools are for this repository.
modules=$(git ls-files '*/go.mod' | sed -n '/^\.github\//d; /^chat\/examples\//d; s|/go\.mod$||p')

notes() {
	awk -v heading="## [${version#v}]" '/^## /{found = index($0, heading) == 1; next} found' .github/CHANGELOG.md
}

prepare() {
	[ -z "$(notes)" ] || fail "the changelog has $version already"
	awk -v heading="## [${version#v}] - $(date -u +%Y-%m-%d)" '{print} /^## \[Unreleased\]/{print ""; print heading}' \
		.github/CHANGELOG.md >.github/CHANGELOG.md.new
	mv .github/CHANGELOG.md.new .github/CHANGELOG.md
	for module in $modules; do
		for required in $(sed -n "s|.*\($root[^ ]*\) v[0-9].*|\1|p" "$module/go.mod"); do
			go mod edit -require="$required@$version" "$module/go.mod"
		done
	done
	printf 'Commit this, and tag that commit of main:\n\n'
	for tag in $(tags); do printf '  git tag -m %s %s\n' "$version" "$tag"; done
}

# tags prints the tags of a release. That of the root comes last: pushing it starts the release.
tags() {
	for module in $modules; do echo "$module/$version"; done
	echo "$version"
}

# A program outside the repository gets the modules from a clone as users get them from GitHub. It has a module cache of its own, so
# that a version that is not published yet does not stay in yours.
check() {
	[ -n "$(notes)" ] || fail "the changelog has no section for $version"
	for tag in $(tags); do
		git tag --points-at HEAD | grep -qx "$tag" || fail "the commit does not have the tag $tag"
	done

	tmp=$(mktemp -d)
	trap 'chmod -R u+w "$tmp" && rm -rf "$tmp"' EXIT
	git clone -q --bare . "$tmp/repository"
	export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0="url.file://$tmp/repository.insteadOf" GIT_CONFIG_VALUE_0="https://$root"
	GOPROXY="file://$(go env GOMODCACHE)/cache/download,$(go env GOPROXY)"
	export GOPROXY GOPRIVATE="$root" GOMODCACHE="$tmp/modules" GOFLAGS=-mod=mod GOWORK=off
	mkdir "$tmp/program"
	cd "$tmp/program"
	go mod init program 2>/dev/null
	echo 'package main' >main.go
	for package in chat $modules; do echo "import _ \"$root/$package\"" >>main.go; done
	go get $(for module in $modules; do echo "$root/$module@$version"; done) 2>log || { cat log >&2; exit 1; }
	go list -deps . >/dev/null # finds each package
	for module in "$root" $(for module in $modules; do echo "$root/$module"; done); do
		[ "$(go list -m -f '{{.Version}}' "$module")" = "$version" ] || fail "a program gets $(go list -m "$module"), and not $version"
	done
	echo "A program gets each module at $version."
}

rehearse() {
	tmp=$(mktemp -d)
	trap 'rm -rf "$tmp"' EXIT
	git clone -q . "$tmp/repository" 2>/dev/null
	cd "$tmp/repository"
	export GIT_AUTHOR_NAME=rehearsal GIT_AUTHOR_EMAIL=rehearsal@example.com GIT_COMMITTER_NAME=rehearsal GIT_COMMITTER_EMAIL=rehearsal@example.com
	.github/release.sh prepare "$version" >/dev/null
	git commit -q --no-gpg-sign -am "Release $version"
	if .github/release.sh check "$version" 2>/dev/null; then fail 'a commit without tags passes the check'; fi
	for tag in $(tags); do git tag --no-sign -m "$version" "$tag"; done
	.github/release.sh check "$version"
}

case $1 in
prepare | check | notes | rehearse) "$1" ;;
*) fail "there is no command $1" ;;
esac
