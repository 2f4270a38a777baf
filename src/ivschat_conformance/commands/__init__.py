"""One module a command of `ivschat-conformance`."""
