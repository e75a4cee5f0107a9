#!/bin/sh
# Installs Debian packages without starting their services. As root: sh install.sh PACKAGE...
set -eu
export DEBIAN_FRONTEND=noninteractive

# While it stands, packages start no service. One that is there already is the administrator's own.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap 'rm -f "$policy"' EXIT
  trap 'exit 130' HUP INT TERM
  printf '#!/bin/sh\nexit 101\n' > "$policy"
  chmod 755 "$policy"
fi

install() {
  apt-get install -y -q --no-install-recommends "$@" < /dev/null
}

# Lists of a day ago may name versions that the mirrors no longer have.
if [ -n "$(find /var/lib/apt/lists -maxdepth 1 -name '*_Packages*' -mtime -1 2> /dev/null)" ]; then
  install "$@" && exit 0
fi
apt-get update -q
install "$@"
