"""What is printed: templates, and how they become PDF."""

from huifang_api.printing.pdf import TemplateFailed, typeset

__all__ = ["TemplateFailed", "typeset"]
