#!/bin/sh
# Writes LICENSE, and the licenses of what a program contains on the systems of a release to THIRD-PARTY-NOTICES.txt:
#
#	licenses.sh MODULE PACKAGE DIR	for example licenses.sh chat/outbox ./cmd/outbox bin/licenses/outbox
set -eu
cd "$(dirname "$0")/.."
mkdir -p "$3"
cp LICENSE "$3"
notices=$PWD/$3/THIRD-PARTY-NOTICES.txt
own=$(go list -m)
cd "$1"

# packages prints each package of other modules: the module, and the folders of both.
packages() {
	for system in linux darwin windows; do
		CGO_ENABLED=0 GOOS=$system go list -deps -f '{{with .Module}}{{.Path}}@{{.Version}} {{.Dir}} {{$.Dir}}{{end}}' "$1"
	done | grep -v "^$own[@/]" | sort -u
}

# licenses prints the files with the licenses of these: in the folder of the module, and in those of the packages.
licenses() {
	while read -r module root package; do
		for folder in "$root" "$package"; do
			find "$folder" -maxdepth 1 -type f | grep -iE '/(licen[cs]e|copying|copyright|notice|patents)[^/]*$' | grep -v '\.go$' | sed "s|^|$module |" || true
		done
	done | sort -u
}

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
packages "$2" >"$tmp/packages"
licenses <"$tmp/packages" >"$tmp/licenses"
for list in packages licenses; do cut -d' ' -f1 "$tmp/$list" | sort -u >"$tmp/modules-$list"; done
if ! diff "$tmp/modules-packages" "$tmp/modules-licenses" >&2; then
	echo 'licenses: these modules have no license' >&2
	exit 1
fi

{
	echo 'This program contains the Go standard library and the following modules. Their source is at the addresses.'
	printf '\n==== https://go.dev/dl/, %s: LICENSE\n\n' "$(go env GOVERSION)"
	cat "$(go env GOROOT)/LICENSE"
	while read -r module file; do
		printf '\n==== https://pkg.go.dev/%s: %s\n\n' "$module" "$(basename "$file")"
		cat "$file"
	done <"$tmp/licenses"
} >"$notices"
