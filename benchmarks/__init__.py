"""How right and how fast roleclass is, against its peers: commands that anyone can repeat."""
