#!/bin/sh
# Installs one Debian package with all it needs into a folder of its own. As root: sh tree.sh SUITE PACKAGE FOLDER
set -eu
suite=$1 package=$2 folder=$3
mirror=$(sed -n 's#^\(deb \(\[.*\] \)\{0,1\}\|URIs: \)\(https\{0,1\}://[^ ]*/debian\)/\{0,1\}\( .*\)\{0,1\}$#\3#p' \
  /etc/apt/sources.list /etc/apt/sources.list.d/* 2> /dev/null | head -n 1)

# Made elsewhere and renamed, so that nobody ever finds half of it.
mkdir -p "$(dirname "$folder")"
building=$(mktemp -d "$folder.XXXXXX")
trap 'rm -rf "$building"' EXIT
trap 'exit 130' HUP INT TERM
chmod 755 "$building"
debootstrap --variant=minbase --include="$package" "$suite" "$building" "${mirror:-http://deb.debian.org/debian}"
rm -rf "$building"/var/cache/apt "$building"/var/lib/apt/lists "$building"/usr/share/doc "$building"/usr/share/locale
[ -e "$folder" ] || mv -T "$building" "$folder"
