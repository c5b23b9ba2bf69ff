"""The whole world in one process, played from a seed. docs/testing.md tells how it works and how to replay a seed."""
