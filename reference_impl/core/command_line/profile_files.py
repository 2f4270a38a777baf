"""The two shared files of AWS's clients: `config` and `credentials`."""

from collections.abc import Mapping

from ivschat_conformance.reference_impl.core.command_line.refusals import (
    ConfigurationError,
)

Profile = Mapping[str, str]
DEFAULT = "default"
_PREFIX = "profile "


def read_profile(name: str, config: str, credentials: str) -> Profile:
    """Return what both files' texts say of a profile; the credentials file wins.

    In the first a section is `[profile NAME]` or `[NAME]`, in the second `[NAME]`.
    Raises ConfigurationError for a file that is none, or a profile that is in neither;
    only `default` may be missing.
    """
    found = [
        sections[section]
        for sections, section in (
            (_sections("config", config), name),
            (_sections("config", config), f"{_PREFIX}{name}"),
            (_sections("credentials", credentials), name),
        )
        if section in sections
    ]
    if not found and name != DEFAULT:
        raise ConfigurationError(f"The config profile ({name}) could not be found")
    profile: dict[str, str] = {}
    for section in found:
        profile |= section
    return profile


def _sections(which: str, text: str) -> Mapping[str, Profile]:
    """Return a file's sections by name, quotes around a profile's name taken off."""
    if not text.strip():
        return {}
    import configparser  # noqa: PLC0415

    parser = configparser.RawConfigParser(default_section="")
    try:
        parser.read_string(text)
    except configparser.Error as error:  # its own text would quote the line
        raise ConfigurationError(
            f"Unable to parse the {which} file{_line(error)}: "
            "it is made of [sections] and lines of the form name = value"
        ) from None
    return {
        _unquoted(section): dict(parser.items(section)) for section in parser.sections()
    }


def _unquoted(section: str) -> str:
    words = section.split(None, 1)
    if len(words) > 1 and f"{words[0]} " == _PREFIX:
        name = words[1].strip().strip("\"'")
        return f"{_PREFIX}{name}"
    return section


def _line(error: Exception) -> str:
    number = getattr(error, "lineno", None)
    return f" at line {number}" if isinstance(number, int) else ""
