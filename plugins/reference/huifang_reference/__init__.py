"""A plugin to read: it uses every extension point once, and holds no law of any place."""
