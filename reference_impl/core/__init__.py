"""The service as values: a request in, an answer and its changes out, at an instant.

Where is what:

- `endpoint` is all that stands behind one port: `http_api` the control plane,
  `handshakes` and `messaging_api` the messaging API, `control_api` what tests may do,
  `fake_clock` the time, as `settings` say
- from bytes to members: `http_messages`, `http_input`, `messaging_input`, `validation`,
  `signatures` over `canonical_request`; every refusal is one of `errors`
- `service` performs operations by name: those of `room_operations`,
  `logging_operations`, `tag_operations` and `chat_operations`, each with an `outcome`
- what is kept: `state` (`rooms`, `logging_configurations`, `tokens`, `used_tokens`), by
  `changes` that a shell can store; `paging` over `newest_first` lists it, `ids` name it
- what happens live: `live_rooms` has the `sessions`, `rates`, `frames`, `review` and
  `chat_log`; what is to be done on connections comes out as `effects`
- for tests: `faults` that were planned and their `fault_effects`; `records` of `calls`,
  with `findings` and with `names` in place of secrets
- `command_line` is the `ivschat` command without its streams
"""
