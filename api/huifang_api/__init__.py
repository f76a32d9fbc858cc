"""The ways in: HTTP routes, channels, jobs and the `huifang` command."""
