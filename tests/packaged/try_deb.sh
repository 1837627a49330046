#!/bin/bash
# Installs the .deb in a fresh Debian, uses it as a person and as root, uninstalls it, and looks at what is left.
#   tests/packaged/try_deb.sh dist/acme-desktop_*.deb [ROOT]
# ROOT is a debootstrap root to copy; without it one is made from this computer's own mirror. Needs root and debootstrap.
set -euo pipefail
deb=$(realpath "$1")
base=${2:-}
root=$(mktemp -d -t fresh-deb.XXXXXX)
chmod 755 "$root"  # it becomes the root folder, through which everybody goes
cleanup() {
    for place in dev/shm dev/pts dev proc; do umount -l "$root/$place" 2>/dev/null || true; done
    rm -rf --one-file-system "$root"
}
trap cleanup EXIT
if [ -n "$base" ]; then
    cp -a "$base/." "$root/"
else
    mirror=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null |
        sed -nE 's/^(URIs:|deb) *(\[[^]]*\] *)?(http[^ ]*).*/\3/p' | head -n 1 || true)
    debootstrap --variant=minbase "$(. /etc/os-release && echo "$VERSION_CODENAME")" "$root" "$mirror" >/dev/null
    cp /etc/apt/apt.conf.d/99* "$root/etc/apt/apt.conf.d/" 2>/dev/null || true
fi
cp -L /etc/resolv.conf /etc/hosts "$root/etc/" 2>/dev/null || true
mount --bind /dev "$root/dev"
mount -t devpts devpts "$root/dev/pts" 2>/dev/null || true
mount -t tmpfs tmpfs "$root/dev/shm"
mount -t proc proc "$root/proc"
inside() { chroot "$root" env -i PATH=/usr/bin:/bin:/usr/sbin:/sbin LANG=C.UTF-8 HOME=/root DEBIAN_FRONTEND=noninteractive "$@"; }
as_person() { chroot --userspec=person:person "$root" env -i PATH=/usr/bin:/bin LANG=C.UTF-8 HOME=/home/person "$@"; }
inside useradd --create-home person
inside apt-get update -qq >/dev/null 2>&1
before=$(mktemp) after=$(mktemp)
listing() { inside find /etc /opt /srv /usr /var/lib -xdev -path /var/lib/apt -prune -o -path /var/lib/dpkg -prune -o -print; }

echo "== install"
cp "$deb" "$root/tmp/acme.deb"
# What it depends on comes first, so that the comparison afterwards is about the program alone.
depends=$(dpkg-deb -f "$deb" Depends | sed 's/ *([^)]*)//g; s/,//g')
inside apt-get install -y -qq --no-install-recommends $depends fonts-dejavu-core >/dev/null 2>&1
listing | sort >"$before"
inside apt-get install -y -qq --no-install-recommends /tmp/acme.deb >/dev/null 2>&1
[ -L "$root/usr/bin/acme-desktop" ]
echo "== use, as a person and as root"
as_person acme-desktop --version
as_person acme-desktop selftest
as_person acme-desktop import /usr/lib/acme-desktop/_internal/resources/samples/sample_products.csv
inside acme-desktop selftest
inside acme-desktop import /usr/lib/acme-desktop/_internal/resources/samples/sample_products.csv
echo "== uninstall"
inside apt-get purge -y -qq acme-desktop 2>/dev/null | grep '^acme-desktop:'
listing | sort >"$after"
echo "== left, outside of homes:"
comm -13 "$before" "$after" | grep -v "clusters/.*/"
left=$(comm -13 "$before" "$after" | grep -v '^/var/lib/acme-desktop\|^/etc/.*-$\|^/var/cache' || true)
[ -d "$root/home/person/.local/share/acme-desktop/postgres/cluster" ] || { echo "the person's catalogue is gone"; exit 1; }
[ -z "$left" ] || { echo "left behind: $left"; exit 1; }
echo "== nothing is left but data"
