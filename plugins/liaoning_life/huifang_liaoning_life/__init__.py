"""Callbacks of life and health insurers by the Liaoning rule (辽宁省寿险公司客户回访管理规定)."""
