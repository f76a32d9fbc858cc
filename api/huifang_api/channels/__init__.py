"""The ways to a customer, one module each; none of them is used inside a tenant's scope."""
