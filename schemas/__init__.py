"""The contract as data, and the readers of it. Pure: no sockets, no clock."""
