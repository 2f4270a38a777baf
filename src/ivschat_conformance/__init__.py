"""The contract of Amazon IVS Chat, executable: a suite, a fake and a reference.

`FakeIvsChat` is loaded when it is asked for: this package loads in every session of
pytest that has the plugin.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ivschat_conformance.fixtures.fake import FakeIvsChat

__all__ = ["FakeIvsChat", "__version__"]

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """Load what is public by name."""
    if name != "FakeIvsChat":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from ivschat_conformance.fixtures.fake import FakeIvsChat  # noqa: PLC0415

    return FakeIvsChat
