"""The contract of Amazon IVS Chat, executable: a suite, a fake and a reference."""

__version__ = "0.1.0"
