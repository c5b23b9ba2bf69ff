"""Which file systems a store's file may lie on."""

from pathlib import Path

import pytest

from data.errors import StoreBroken
from data.file_system import file_system, is_shared, require_local
from data.tinydb import store as tinydb_store
from data.tinydb.store import open_store

MOUNTS = r"""22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
23 22 0:21 / /proc rw - proc proc rw
30 22 0:40 / /srv rw,relatime shared:9 master:2 - xfs /dev/sdb1 rw
31 30 0:41 / /srv/felles rw,relatime - nfs4 tjener:/felles rw,vers=4.2
32 31 8:7 / /srv/felles/lokal rw - btrfs /dev/sdc1 rw
33 22 0:43 / /mnt/mitt\040område rw - cifs //tjener/omrade rw
34 22 0:44 / /hjem rw - ext4 /dev/sdd1 rw
35 34 0:45 / /hjem rw - fuse.sshfs kari@tjener: rw
"""


@pytest.fixture
def mounts(tmp_path: Path) -> Path:
    path = tmp_path / "mountinfo"
    path.write_text(MOUNTS, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/etc/kk2", "ext4"),
        ("/srv", "xfs"),
        ("/srv/kk2/kk2.db", "xfs"),
        ("/srv/fellesmappe/kk2.db", "xfs"),
        ("/srv/felles/kk2.db", "nfs4"),
        ("/srv/felles/lokal/kk2.db", "btrfs"),
        ("/srv/felles/../kk2.db", "xfs"),
        ("/hjem/kk2.db", "fuse.sshfs"),
    ],
)
def test_a_path_is_on_the_nearest_mount_and_of_several_on_the_last(mounts: Path, path: str, kind: str) -> None:
    assert file_system(Path(path), mounts) == kind


def test_a_mount_with_a_space_in_its_name_is_known(mounts: Path) -> None:
    assert file_system(Path("/mnt/mitt område/kk2.db"), mounts) == "cifs"


def test_a_link_to_a_network_file_system_does_not_hide_it(tmp_path: Path, mounts: Path) -> None:
    (tmp_path / "home").symlink_to("/srv/felles")
    assert file_system(tmp_path / "home" / "kk2.db", mounts) == "nfs4"


def test_without_a_list_of_mounts_nothing_is_known_and_nothing_refused(tmp_path: Path) -> None:
    assert file_system(tmp_path, tmp_path / "none") == ""
    require_local(tmp_path, tmp_path / "none")


@pytest.mark.parametrize("kind", ["nfs", "smb3", "9p", "ceph", "gfs2", "fuse.sshfs", "fuse.glusterfs", "fuse.s3fs"])
def test_what_several_machines_may_use_is_shared(kind: str) -> None:
    assert is_shared(kind)


@pytest.mark.parametrize("kind", ["ext4", "xfs", "btrfs", "zfs", "overlay", "tmpfs", "virtiofs", "fuse.ntfs-3g", ""])
def test_what_is_local_or_unknown_is_not(kind: str) -> None:
    assert not is_shared(kind)


def test_the_refusal_says_what_to_do(mounts: Path) -> None:
    with pytest.raises(StoreBroken, match=r"nfs4.*ikke åpnet.*lokal disk.*PostgreSQL") as refused:
        require_local(Path("/srv/felles/kk2.db"), mounts)
    assert refused.value.code == "network_file_system"


def test_a_store_on_a_network_file_system_is_not_opened_and_not_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    everywhere = tmp_path / "everywhere"
    everywhere.write_text("22 1 0:1 / / rw - nfs tjener:/ rw\n", encoding="utf-8")
    monkeypatch.setattr(tinydb_store, "require_local", lambda path: require_local(path, everywhere))
    with pytest.raises(StoreBroken, match="nettverksområde"):
        open_store(tmp_path / "kk2.db")
    assert not (tmp_path / "kk2.db").exists()
