"""OAuth 2: clients, tokens, scopes, and the keys that sign."""
