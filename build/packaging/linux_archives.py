"""The Linux archives of the built folder: a .tar.gz to unpack anywhere and a .deb.

``linux_archives.py FOLDER TARGET``; runs in the project's environment, because it draws the icons. What the .deb
depends on is measured: the system libraries that the folder's files name, and the packages that they came from.
"""

from __future__ import annotations

import gzip
import os
import platform
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path

import icons
import stamp

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from acme_desktop import __version__  # noqa: E402

HERE = Path(__file__).resolve().parent / "linux"
NAME = "acme-desktop"
APP_ID = "com.acme.ProductImporter"
# Not asked for by a library, and yet needed: keyboards' layouts, and letters to write with.
MORE = {
    "depends": ["xkb-data"],
    "recommends": ["fonts-dejavu-core | fonts-noto-core | fonts-liberation", "ca-certificates"],
}


def main() -> int:
    """Make the archives and tell their sizes."""
    folder, target = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    moment = stamp.moment()
    made = [_tar(folder, target, moment)]
    if shutil.which("dpkg-deb"):
        made.append(_deb(folder, target, moment))
    size = sum(path.lstat().st_size for path in folder.rglob("*"))
    print(f"{folder}: {size / 1e6:.0f} MB unpacked")
    for archive in made:
        print(f"{archive}: {archive.stat().st_size / 1e6:.0f} MB")
    return 0


def entries(applications: Path) -> None:
    """The entry of the start menu, and the one of "Open with".

    Where nobody chose a program for csv files, desktops take the first by the name of its entry: a spreadsheet that was
    there before would lose them to "acme". The second entry's name comes after all others, and it is in no menu.
    """
    applications.mkdir(parents=True)
    entry = (HERE / "acme-desktop.desktop").read_text(encoding="utf-8")
    in_menu = "".join(line for line in entry.splitlines(keepends=True) if not line.startswith("MimeType="))
    (applications / f"{NAME}.desktop").write_text(in_menu, encoding="utf-8")
    (applications / f"z-{NAME}-open.desktop").write_text(f"{entry}NoDisplay=true\n", encoding="utf-8")


def _share(share: Path, moment: int) -> None:
    """Fill a ``share`` folder with what a desktop wants to know."""
    entries(share / "applications")
    (share / "mime" / "packages").mkdir(parents=True)
    shutil.copyfile(HERE / "acme-desktop-mime.xml", share / "mime" / "packages" / f"{NAME}.xml")
    day = time.strftime("%Y-%m-%d", time.gmtime(moment))
    about = (HERE / f"{APP_ID}.metainfo.xml").read_text(encoding="utf-8")
    (share / "metainfo").mkdir()
    (share / "metainfo" / f"{APP_ID}.metainfo.xml").write_text(
        about.replace("@RELEASE@", f'<release version="{__version__}" date="{day}"/>'), encoding="utf-8"
    )
    icons.write_theme(ROOT / "resources" / "icons" / f"{NAME}.svg", share / "icons" / "hicolor")


def _tar(folder: Path, target: Path, moment: int) -> Path:
    archive = target / f"{NAME}-{__version__}-linux-{platform.machine()}.tar.gz"
    inside = f"{NAME}-{__version__}"

    def plain(member: tarfile.TarInfo) -> tarfile.TarInfo:
        member.uid = member.gid = 0
        member.uname = member.gname = "root"
        member.mtime = moment
        member.mode = 0o755 if member.isdir() or member.mode & 0o100 else 0o644
        return member

    with (
        tempfile.TemporaryDirectory() as place,
        archive.open("wb") as stream,
        gzip.GzipFile("", "wb", compresslevel=6, fileobj=stream, mtime=moment) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar,
    ):
        share = Path(place) / "share"
        share.mkdir()
        _share(share, moment)
        tar.add(folder, inside, filter=plain)
        tar.add(share, f"{inside}/share", filter=plain)
        tar.add(HERE / "add-to-menu.sh", f"{inside}/add-to-menu.sh", filter=plain)
        tar.add(ROOT / "README.md", f"{inside}/README.md", filter=plain)
    return archive


def _deb(folder: Path, target: Path, moment: int) -> Path:
    architecture = subprocess.run(
        ["dpkg", "--print-architecture"], capture_output=True, text=True, check=True
    ).stdout.strip()
    archive = target / f"{NAME}_{__version__}_{architecture}.deb"
    with tempfile.TemporaryDirectory() as place:
        root = Path(place) / "root"
        _fill(root, folder, moment)
        _control(root, folder, architecture)
        _settle_modes(root)
        subprocess.run(
            ["dpkg-deb", "--root-owner-group", "-Zxz", "-z4", "--build", str(root), str(archive)],
            env={**os.environ, "SOURCE_DATE_EPOCH": str(moment)}, stdout=subprocess.DEVNULL, check=True,
        )  # fmt: skip
    return archive


def _fill(root: Path, folder: Path, moment: int) -> None:
    shutil.copytree(folder, root / "usr" / "lib" / NAME, symlinks=True)
    share = root / "usr" / "share"
    share.mkdir(parents=True)
    _share(share, moment)
    (root / "usr" / "bin").mkdir()
    (root / "usr" / "bin" / NAME).symlink_to(f"../lib/{NAME}/{NAME}")
    documents = share / "doc" / NAME
    documents.mkdir(parents=True)
    licences = root / "usr" / "lib" / NAME / "_internal" / "licences"
    texts = [f"Acme Product Importer\n\n{(ROOT / 'LICENSE').read_text(encoding='utf-8')}\n"]
    texts.append(
        f"The parts that it is made of keep their own licences; their texts: /usr/lib/{NAME}/_internal/licences\n\n"
    )
    texts.append("Qt and PySide6: GNU Lesser General Public License 3, /usr/share/common-licenses/LGPL-3\n")
    texts += [path.read_text(encoding="utf-8") for path in sorted(licences.glob("*/STATED"))]
    (documents / "copyright").write_text("".join(texts), encoding="utf-8")
    day = time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime(moment))
    news = f"{NAME} ({__version__}) unstable; urgency=medium\n\n  * See CHANGELOG.md.\n\n -- {_MAINTAINER}  {day}\n"
    (documents / "changelog.gz").write_bytes(gzip.compress(news.encode(), 9, mtime=0))
    shutil.copyfile(ROOT / "CHANGELOG.md", documents / "CHANGELOG.md")
    manual = (HERE / "acme-desktop.1").read_text(encoding="utf-8").replace("@VERSION@", __version__)
    (share / "man" / "man1").mkdir(parents=True)
    (share / "man" / "man1" / f"{NAME}.1.gz").write_bytes(gzip.compress(manual.encode(), 9, mtime=0))
    (share / "lintian" / "overrides").mkdir(parents=True)
    shutil.copyfile(HERE / "lintian-overrides", share / "lintian" / "overrides" / NAME)


_MAINTAINER = "Acme <support@acme.com>"


def _control(root: Path, folder: Path, architecture: str) -> None:
    size = sum(path.lstat().st_size for path in root.rglob("*")) // 1024
    (root / "DEBIAN").mkdir()
    (root / "DEBIAN" / "control").write_text(
        f"""\
Package: {NAME}
Version: {__version__}
Section: database
Priority: optional
Architecture: {architecture}
Maintainer: {_MAINTAINER}
Installed-Size: {size}
Depends: {", ".join(dependencies(folder) + MORE["depends"])}
Recommends: {", ".join(MORE["recommends"])}
Description: bring suppliers' product files into a catalogue
 Drop a CSV, Excel or Parquet file on the window, see what it would change in
 your catalogue, import it, undo it. Works without a screen, too. A PostgreSQL
 comes with the program and starts by itself; or use your team's server.
""",
        encoding="utf-8",
    )
    shutil.copyfile(HERE / "postrm", root / "DEBIAN" / "postrm")
    sums = subprocess.run("find usr -type f -print0 | sort -z | xargs -0 md5sum", shell=True, cwd=root,
                          capture_output=True, check=True).stdout  # fmt: skip
    (root / "DEBIAN" / "md5sums").write_bytes(sums)


def _settle_modes(root: Path) -> None:
    for path in root.rglob("*"):
        if path.is_symlink():
            continue
        script = path.name == "postrm" and path.parent.name == "DEBIAN"
        path.chmod(0o755 if path.is_dir() or script or path.stat().st_mode & 0o100 else 0o644)
    root.chmod(0o755)


def dependencies(folder: Path) -> list[str]:
    """Debian's packages of the system libraries that the folder's files need, with the C library's least version."""
    files = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink() and _is_elf(path)]
    own = {path.name for path in folder.rglob("*")}
    newest = 0
    wanted: set[str] = set()
    for path in files:
        newest = max([newest, *(int(minor) for minor in re.findall(rb"GLIBC_2\.(\d+)", path.read_bytes()))])
        done = subprocess.run(["objdump", "-p", str(path)], capture_output=True, text=True, check=True)
        wanted |= set(re.findall(r"NEEDED\s+(\S+)", done.stdout)) - own
    cache = subprocess.run(["/sbin/ldconfig", "-p"], capture_output=True, text=True, check=True).stdout
    places = dict(reversed(re.findall(r"^\s+(\S+) \(libc6,[^)]*\) => (\S+)$", cache, re.MULTILINE)))
    packages = {_package_of(places.get(library, library)) for library in wanted}
    return [f"libc6 (>= 2.{newest})", *sorted(packages - {"libc6"})]


def _is_elf(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(4) == b"\x7fELF"


def _package_of(library: str) -> str:
    for place in (library, os.path.realpath(library), library.replace("/lib/", "/usr/lib/", 1)):
        done = subprocess.run(["dpkg-query", "-S", place], capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return done.stdout.partition(":")[0]
    raise SystemExit(f"{library} belongs to no package of this computer")


if __name__ == "__main__":
    sys.exit(main())
