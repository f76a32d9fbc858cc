"""Only plugins pinned by version and hash are imported; the others are shown with the reason, and never in the way."""

import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from huifang_core.registry import installed
from huifang_tenants.plugin_allow_list import (
    AllowListError,
    Pinned,
    digest,
    pin,
    read_allow_list,
    sift,
)
from huifang_tenants.plugin_host import PluginHost

BODY = "raise RuntimeError('it was imported')\n"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Path]:
    """A folder of the path with a plugin that fails when it is imported."""
    package = tmp_path / "pinned_plugin"
    package.mkdir()
    (package / "__init__.py").write_text(BODY)
    (package / "rules.yaml").write_text("a: 1\n")
    papers = tmp_path / "pinned_plugin-1.0.dist-info"
    papers.mkdir()
    (papers / "METADATA").write_text("Metadata-Version: 2.1\nName: pinned-plugin\nVersion: 1.0\n")
    (papers / "entry_points.txt").write_text("[huifang.plugins]\npinned = pinned_plugin\n")
    (papers / "RECORD").write_text("pinned_plugin/__init__.py,,\npinned_plugin/rules.yaml,,\n")
    sys.path.insert(0, str(tmp_path))
    yield tmp_path
    sys.path.remove(str(tmp_path))


def point() -> EntryPoint:
    (found,) = [point for point in installed() if point.name == "pinned"]
    return found


def written(folder: Path, **plugins: Pinned) -> Path:
    file = folder / "plugins.toml"
    file.write_text(
        "".join(
            f'[{name}]\nversion = "{one.version}"\nsha256 = "{one.sha256}"\n' for name, one in plugins.items()
        )
    )
    return file


def test_what_is_pinned_is_taken_without_being_imported(site: Path) -> None:
    pinned = pin(point())
    assert pinned.version == "1.0"
    assert sift([point()], {"pinned": pinned}) == ([point()], [])
    assert "pinned_plugin" not in sys.modules


@pytest.mark.parametrize("changed", ["__init__.py", "rules.yaml", "new.py"])
def test_another_file_is_another_hash(site: Path, changed: str) -> None:
    before = digest(point())
    file = site / "pinned_plugin" / changed
    file.write_text((file.read_text() if file.exists() else "") + "# more\n")
    assert digest(point()) != before
    taken, (refused,) = sift([point()], {"pinned": Pinned("1.0", before)})
    assert taken == []
    assert before in refused.reason


def test_caches_and_the_place_do_not_count(site: Path, tmp_path: Path) -> None:
    before = digest(point())
    cache = site / "pinned_plugin" / "__pycache__"
    cache.mkdir()
    (cache / "x.cpython-311.pyc").write_bytes(b"x")
    (site / "pinned_plugin-1.0.dist-info" / "INSTALLER").write_text("pip")
    assert digest(point()) == before


def test_another_version_and_what_is_not_listed_are_refused_with_the_reason(site: Path) -> None:
    pinned = pin(point())
    _, (refused,) = sift([point()], {"pinned": Pinned("0.9", pinned.sha256)})
    assert refused.reason == "version 1.0 is installed, the list of allowed plugins takes 0.9"
    _, (refused,) = sift([point()], {})
    assert refused.reason == "not on the list of allowed plugins"


@pytest.mark.parametrize(
    "text", ["[a", "[a]\nversion = '1'\n", "[a]\nversion='1'\nsha256='x'\n", "a = 1\n", "\udcff"]
)
def test_a_list_that_can_not_be_read_says_so(tmp_path: Path, text: str) -> None:
    file = tmp_path / "plugins.toml"
    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(AllowListError, match=r"plugins\.toml can't be read"):
        read_allow_list(file)


async def test_a_host_loads_what_is_listed_and_shows_the_others(site: Path) -> None:
    points = {point.name: point for point in installed()}
    listed = written(site, shandong_life=pin(points["shandong_life"]), health=Pinned("0.0", "0" * 64))
    async with PluginHost(allow_list=listed) as host:
        catalogue = await host.catalogue()
    assert set(catalogue.plugins) == {"shandong_life"}
    reasons = {broken.id: broken.reason for broken in catalogue.broken}
    assert reasons["pinned"] == "not on the list of allowed plugins"
    assert reasons["health"].startswith("version ")
    assert set(reasons) == set(points) - {"shandong_life"}


async def test_without_its_list_a_host_loads_nothing(tmp_path: Path) -> None:
    async with PluginHost(allow_list=tmp_path / "missing.toml") as host:
        catalogue = await host.catalogue()
    assert catalogue.plugins == {}
    assert {broken.id for broken in catalogue.broken} == {point.name for point in installed()}
    assert "missing.toml can't be read" in catalogue.broken[0].reason
