"""Wiring for a checkout. Everything that other repositories need is in the plugin."""

pytest_plugins = ["pytester"]
