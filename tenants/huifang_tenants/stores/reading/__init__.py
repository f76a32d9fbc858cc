"""The reading side: lists with filters and keyset paging, and single rows, as the API shows them.

Columns carry the names of the API's fields. Personal data leaves here masked; `customers.reveal` is the one exception.
"""
