"""What an authority is handed when a script is filed (LN-6): the script to read, its data, its hash, and the proof that it covers all."""

from huifang_api.filing.pack import FilingPack, Subject, make_pack, subject_of

__all__ = ["FilingPack", "Subject", "make_pack", "subject_of"]
