"""Reports: figures by dimensions over documented fact views, counted by the database in one query per table.

`obligation_facts`, `case_facts`, `customer_facts`, `contract_facts` and `note_facts` hold a view each, with a closed mapping from the names a report may use to SQL and to
what they mean; `counting` puts a query together from those alone; `labels` says what the codes in a row are called.

All of it is SQL: filtered aggregates over materialised views, put together from what a report asks for, are beyond Piccolo.
"""
