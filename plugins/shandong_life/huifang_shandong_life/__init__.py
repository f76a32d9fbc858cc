"""Callbacks of life insurers by the Shandong guide (山东省人身保险公司客户回访工作指引)."""
