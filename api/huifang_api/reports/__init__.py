"""A report's result as JSON, CSV and XLSX: the same figures in each, with what they mean."""
