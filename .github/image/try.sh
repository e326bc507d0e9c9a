#!/bin/sh
# Unpacks an image for docker load, starts the emulator in it under chroot, and checks that it is ready. Root is not needed where
# users may create namespaces.
set -eu
archive=$1

if [ "$(uname)" != Linux ]; then
	echo "image: $archive runs on Linux only, and was not tried"
	exit
fi

if [ "$(id -u)" != 0 ] && ! unshare --map-root-user true 2>/dev/null; then
	echo "image: $archive was not tried, for want of root or of user namespaces"
	exit
fi

root=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || kill "$pid"; rm -rf "$root"' EXIT
chmod 755 "$root"
tar -xOf "$archive" "$(tar -tf "$archive" | grep '\.tar\.gz$')" | tar -xz -p -C "$root"

# run runs a program of the image with the environment and, for root, the user of the image.
if [ "$(id -u)" = 0 ]; then
	run() { exec env -i PATH=/usr/local/bin HOME=/tmp /usr/sbin/chroot --userspec=65532:65532 "$root" "$@"; }
else
	run() { exec env -i PATH=/usr/local/bin HOME=/tmp /usr/bin/unshare --map-root-user /usr/sbin/chroot "$root" "$@"; }
fi

run acschat emulator --addr 127.0.0.1:0 --ready-file /tmp/ready.json >"$root/tmp/log" 2>&1 &
pid=$!
for _ in $(seq 100); do
	if [ -s "$root/tmp/ready.json" ]; then break; fi
	kill -0 "$pid" 2>/dev/null || break
	sleep 0.1
done
(run acschat emulator check --ready-file /tmp/ready.json) || { cat "$root/tmp/log" >&2; exit 1; }
(run acschat version)
echo "The image runs: $archive"
