"""The contract as tests. Nobody imports from here."""
