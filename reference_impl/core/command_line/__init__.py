"""The `ivschat` command without its streams: words in, a request or a refusal out."""
