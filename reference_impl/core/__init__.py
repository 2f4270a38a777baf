"""The service as values: a request in, an answer and its changes out, at an instant."""
