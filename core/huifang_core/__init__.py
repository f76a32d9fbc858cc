"""The kernel: nouns, rules, scripts and the plugin API of Huifang. Pure: no I/O, no clock."""
