#!/bin/sh
# Installs Debian packages with all they need into a folder of its own. As root: sh tree.sh SUITE PACKAGE[,PACKAGE...] FOLDER
set -eu
suite=$1 packages=$2 folder=$3

# The machine's own mirror, where it does not use Debian's; never a vendor's repository for Debian.
mirror=http://deb.debian.org/debian
sources=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2> /dev/null | grep -v '^ *#' || true)
if ! echo "$sources" | grep -q "$mirror"; then
  own=$(echo "$sources" | grep -o 'https\{0,1\}://[^/ ]*/debian/\{0,1\}\( \|$\)' | head -n 1)
  mirror=${own:-$mirror} mirror=${mirror% }
fi

# Made elsewhere and renamed, so that nobody ever finds half of it.
building=$(mktemp -d "$folder.XXXXXX")
trap 'rm -rf --one-file-system "$building"' EXIT
trap 'exit 130' HUP INT TERM
chmod 755 "$building"
debootstrap --variant=minbase --include="$packages" "$suite" "$building" "$mirror"
rm -rf "$building"/var/cache/apt "$building"/var/lib/apt/lists "$building"/usr/share/doc "$building"/usr/share/locale
[ -e "$folder" ] || mv -T "$building" "$folder"
