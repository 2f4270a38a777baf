"""The reference implementation: a core without IO, and shells around it."""
