"""Volumes: what is mounted, how a volume is recognised, and where a folder on it lies after it came back.

Of psutil, ``disk_partitions`` is used on other systems than Linux only: on Linux it leaves out the root of each mount,
without which a subvolume or bind mount is not found again, and it names a volume by its device file, which may be
another one after the next boot.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lookalike.catalog.file_stat import FileStat, stamp_of
from lookalike.path_bytes import child_prefix, join

MOUNTINFO = Path("/proc/self/mountinfo")
BY_UUID = Path("/dev/disk/by-uuid")

NETWORK_KINDS = frozenset(
    [
        "9p",
        "afpfs",
        "afs",
        "beegfs",
        "ceph",
        "cifs",
        "davfs",
        "drvfs",
        "fuse",
        "glusterfs",
        "lustre",
        "ncpfs",
        "nfs",
        "nfs4",
        "prl_fs",
        "smb3",
        "smbfs",
        "vboxsf",
        "virtiofs",
        "vmhgfs",
        "webdav",
    ]
)
"""File systems that other machines change without this one noticing. ``fuse`` stands for ``fuse.*``."""

STABLE_INODES = frozenset(
    [
        "apfs",
        "bcachefs",
        "btrfs",
        "ext2",
        "ext3",
        "ext4",
        "f2fs",
        "hfs",
        "hfsplus",
        "jfs",
        "ntfs",
        "ntfs3",
        "reiserfs",
        "tmpfs",
        "ufs",
        "xfs",
        "zfs",
    ]
)
"""File systems on which a file keeps its inode over every mount."""

LOCAL_FUSE = frozenset(("fuse.mergerfs", "fuse.exfat", "fuse.ntfs-3g", "fuse.ntfs"))
"""User-space file systems that only this machine changes."""

NO_PHOTOS = frozenset(
    [
        "autofs",
        "bpf",
        "cgroup",
        "cgroup2",
        "configfs",
        "debugfs",
        "devpts",
        "devtmpfs",
        "fusectl",
        "hugetlbfs",
        "mqueue",
        "nsfs",
        "proc",
        "pstore",
        "ramfs",
        "securityfs",
        "squashfs",
        "sysfs",
        "tracefs",
    ]
)
"""File systems that hold no user files."""


@dataclass(frozen=True)
class Mount:
    """A mounted volume.

    Attributes:
        point: the folder it is mounted at.
        kind: its file system, by the system's name for it.
        name: identifies the volume wherever it is mounted; empty where nothing does.
        root: the folder of the volume that is shown at the mount point, without the leading separator.
    """

    point: bytes
    kind: str
    name: str = ""
    root: bytes = b""

    @property
    def network(self) -> bool:
        """Whether other machines may change it without this one noticing."""
        return self.kind in NETWORK_KINDS or (self.kind.startswith("fuse.") and self.kind not in LOCAL_FUSE)

    @property
    def stable_inodes(self) -> bool:
        """Whether another inode at a path means another file."""
        return self.kind in STABLE_INODES

    @property
    def ctimes(self) -> bool:
        """Whether another ctime at a path means that the file may have changed.

        Elsewhere what is called ctime is made up at every mount (FAT), is another machine's, or, on Windows, is the
        time of creation.
        """
        return self.stable_inodes and sys.platform != "win32"

    def beneath(self, path: bytes) -> bytes:
        """The path inside the volume of a path on this mount."""
        return join(self.root, path[len(child_prefix(self.point)) :]).rstrip(b"/")

    def path_of(self, beneath: bytes) -> bytes | None:
        """The path on this mount of a path inside the volume; None where the mount does not show it."""
        if self.root and beneath != self.root and not beneath.startswith(self.root + b"/"):
            return None
        return join(self.point, beneath[len(self.root) :].lstrip(b"/"))


def mounts() -> list[Mount]:
    """The volumes mounted now, in the order of mounting."""
    if sys.platform == "linux":
        return _linux_mounts(MOUNTINFO.read_bytes())
    return _other_mounts()


def mount_of(path: bytes, mounted: Sequence[Mount]) -> Mount | None:
    """The mount that a path lies on."""
    found: Mount | None = None
    for mount in mounted:
        covers = path == mount.point or path.startswith(child_prefix(mount.point))
        if covers and (found is None or len(mount.point) >= len(found.point)):
            found = mount
    return found


def mounted_inside(top: bytes, mounted: Sequence[Mount]) -> dict[bytes, str]:
    """The volumes mounted below a folder: mount point → name."""
    start = child_prefix(top)
    return {m.point: m.name for m in mounted if m.point.startswith(start) and m.kind not in NO_PHOTOS}


def find_on_volumes(
    volume: str, beneath: bytes, sample: Sequence[bytes], stats: Sequence[FileStat], mounted: Sequence[Mount]
) -> bytes | None:
    """Where a folder that is no longer at its path lies now; None where it is not found.

    A volume that has a name is recognised by it, any other by its files: most of a sample of the known ones must
    lie there, with the same size and modification time.

    Args:
        volume: name of the volume, or empty.
        beneath: path of the folder inside the volume.
        sample: paths of known files, relative to the folder.
        stats: what is known of the same files.
        mounted: the volumes that are mounted now.
    """
    for mount in reversed(mounted):
        if mount.kind in NO_PHOTOS or mount.name != volume:
            continue
        candidate = mount.path_of(beneath)
        if candidate is None or not os.path.isdir(candidate):  # noqa: PTH112
            continue
        if volume or holds_files(candidate, sample, stats):
            return candidate
    return None


def holds_files(folder: bytes, sample: Sequence[bytes], stats: Sequence[FileStat]) -> bool:
    """Whether most of a sample of known files lie in a folder, with the same size and modification time."""
    found = 0
    for name, stat in zip(sample, stats, strict=True):
        try:
            status = os.lstat(join(folder, name))
        except OSError:
            continue
        size, mtime_ns = stamp_of(status)
        # The catalog keeps no size of a file that was read too soon after its last change.
        found += mtime_ns == stat.mtime_ns and (stat.size < 0 or size == stat.size)
    return found * 2 > len(stats)


def _linux_mounts(table: bytes) -> list[Mount]:
    # proc_pid_mountinfo(5): id, parent, major:minor, root, mount point, options, tags…, "-", kind, source, options.
    uuids = _device_uuids()
    found = []
    for line in table.splitlines():
        before, _, after = line.partition(b" - ")
        fields, (kind, source, *_) = before.split(b" "), after.split(b" ")
        kind_name, source = os.fsdecode(kind), _unescaped(source)
        name = ""
        if kind_name in NETWORK_KINDS or kind_name.startswith("fuse."):
            if kind_name not in LOCAL_FUSE and source not in (b"none", kind):
                name = f"{kind_name}:{os.fsdecode(source)}"
        elif source.startswith(b"/dev/"):
            uuid = uuids.get(os.path.realpath(source))
            name = f"uuid:{uuid}" if uuid else ""
        root = _unescaped(fields[3]).strip(b"/")
        found.append(Mount(_unescaped(fields[4]), kind_name, name.encode("utf-8", "replace").decode(), root))
    return found


def _unescaped(field: bytes) -> bytes:
    return re.sub(rb"\\([0-7]{3})", lambda match: bytes([int(match[1], 8)]), field)


def _device_uuids() -> dict[bytes, str]:
    """The UUIDs of file systems, by their device files."""
    try:
        links = list(BY_UUID.iterdir())
    except OSError:
        return {}
    return {os.path.realpath(os.fsencode(link)): link.name for link in links}


def _other_mounts() -> list[Mount]:
    import psutil

    found = []
    for partition in psutil.disk_partitions(all=True):
        point, name = os.fsencode(partition.mountpoint), ""
        if sys.platform == "win32":
            # The serial number of the volume.
            try:
                name = f"serial:{os.stat(point).st_dev}"  # noqa: PTH116
            except OSError:
                continue
        found.append(Mount(point, partition.fstype.lower(), name))
    return found
