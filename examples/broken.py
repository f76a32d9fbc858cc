from pathlib import Path


def write_broken(clean: Path, out: Path) -> None:
    pass
