"""What kind of file system a path is on. A store's file must be on a disk of the machine's own.

SQLite's write-ahead log lives in memory that its processes share, and its locks are the kernel's: two machines on one
network file system see neither of the other, and spoil the file (https://sqlite.org/wal.html). One machine alone there
is no safer: locks and fsync promise less than they say. What is not known to be shared, is allowed.
"""

import re
from pathlib import Path

from data.errors import StoreBroken
from data.language import _

MOUNTS = Path("/proc/self/mountinfo")
_SHARED = frozenset(
    (
        *("nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "coda", "ceph", "glusterfs", "lustre", "gpfs", "beegfs"),
        *("ocfs2", "gfs", "gfs2", "orangefs", "pvfs2", "davfs", "ncpfs"),
    )
)
_SHARED_BY_FUSE = re.compile(r"fuse\..*(sshfs|davfs|gluster|ceph|s3|gcs|blob|rclone|curlftp|smb|cifs|nfs|mfs|hdfs|afs)")


def require_local(path: Path, mounts: Path = MOUNTS) -> None:
    """Raises StoreBroken, with the code `network_file_system`, when other machines may see the path's files."""
    kind = file_system(path, mounts)
    if is_shared(kind):
        raise StoreBroken(
            _(
                "{path} ligger på et nettverksområde ({kind}). Der kan registeret bli ødelagt, så "
                "det er ikke åpnet, og ingenting er endret. Flytt hjemmet til en lokal disk. Skal "
                "flere maskiner bruke samme register, legg det i PostgreSQL: kk2 store migrate --to "
                "postgresql://…"
            ).format(path=path, kind=kind),
            code="network_file_system",
        )


def is_shared(kind: str) -> bool:
    """Whether a file system of this type, as the kernel names it, may be used by several machines at once."""
    return kind in _SHARED or _SHARED_BY_FUSE.match(kind) is not None


def file_system(path: Path, mounts: Path = MOUNTS) -> str:
    """The type of the file system that a path is on, as the kernel names it; empty when nobody says (not on Linux).

    `mounts` is read as proc(5) describes mountinfo. The path need not be there yet. Of several mounts on one place, the
    last one counts.
    """
    try:
        lines = mounts.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return ""
    place = path.resolve()
    above = {str(place), *map(str, place.parents)}
    found = ("", "")
    for line in lines:
        before, _, after = line.partition(" - ")
        point, kind = _unescaped(before.split(" ")[4]), after.partition(" ")[0]
        if point in above and len(point) >= len(found[0]):
            found = (point, kind)
    return found[1]


def _unescaped(point: str) -> str:
    r"""Space, tab, line feed and backslash are written as \040, \011, \012 and \134."""
    return re.sub(r"\\([0-7]{3})", lambda escape: chr(int(escape[1], 8)), point) if "\\" in point else point
