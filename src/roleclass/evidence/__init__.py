"""The evidence for and against the role of a posting."""
