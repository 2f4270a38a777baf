"""Each module moves bytes between one transport and the core."""
