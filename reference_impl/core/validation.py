"""A request's body, read and held against its schema: data, or an error that says why.

Two steps, in the service's order (ORDER-01): what the bytes are (`read_object`), then
what the schema of the operation's input allows (`InputReader`). Types come before
constraints, and all that is wrong is said at once (OPEN-07). No value of the request
is ever repeated.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, NoReturn

import jsonschema_rs

from ivschat_conformance.reference_impl.core.errors import (
    CallerError,
    Reason,
    SerializationException,
    ValidationException,
)
from ivschat_conformance.reference_impl.core.findings import FindingName
from ivschat_conformance.schemas import documents

_ESCAPED_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


def read_object(body: bytes, what: str = "body") -> dict[str, Any]:
    """Return the JSON object that the body is; an empty body is `{}` (HTTP-REQ-06).

    SerializationException for everything else (PARSE-01, PARSE-03): bytes that are not
    UTF-8, NaN and its like, numbers or nesting beyond reason, a lone surrogate. The
    last of several equal keys wins (PARSE-09).
    """
    if not body:
        return {}
    try:
        value = _DECODER.decode(body.decode("utf-8"))
        if _ESCAPED_SURROGATE.search(body):
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        raise SerializationException(f"The {what} has a lone surrogate.") from None
    except UnicodeDecodeError:
        raise SerializationException(f"The {what} is not UTF-8.") from None
    except RecursionError:
        raise SerializationException(f"The {what} is nested too deeply.") from None
    except json.JSONDecodeError as error:
        raise SerializationException(
            f"The {what} is not JSON: see line {error.lineno}, column {error.colno}."
        ) from None
    except ValueError:
        raise SerializationException(
            f"The {what} has a number that JSON does not have, or one too long to read."
        ) from None
    if not isinstance(value, dict):
        raise SerializationException(f"The {what} must be a JSON object.")
    return value


class InputReader:
    """Reads one operation's input by the schema of its request shape."""

    def __init__(self, shape: str, *, api: str = "control-plane-api") -> None:
        schema = documents.bundle(shape, api=api)
        self._structure = _structure(schema, schema) or _EVERYTHING
        self._rooms = {
            name
            for name, member in schema["$defs"][shape].get("properties", {}).items()
            if member.get("$ref", "").endswith(("/RoomIdentifier", "/ResourceArn"))
        }
        self._validator = _engine(shape, api)

    def read(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """Return the known members that are not null; raise for what is not allowed.

        Nulls and unknown members are dropped first (HTTP-REQ-09, HTTP-REQ-10), in the
        input and in every structure inside it, never in a map or a list.
        SerializationException where a type is wrong (PARSE-04, PARSE-05),
        ValidationException naming each member that breaks a constraint (ERR-17).
        """
        known: dict[str, Any] = self._structure.keep_known(value)
        try:
            if self._validator.is_valid(known):
                return {name: _whole(member) for name, member in known.items()}
            errors = list(self._validator.iter_errors(known))
        except ValueError:  # the engine goes less deep than the parser
            raise SerializationException("The input is nested too deeply.") from None
        raise self._refusal(errors)

    def _refusal(self, errors: Iterable[jsonschema_rs.ValidationError]) -> CallerError:
        wrong_types: dict[str, str] = {}
        broken: dict[str, str] = {}
        finding = FindingName.request_invalid
        for error in errors:
            name = self._structure.member_at(error.instance_path)
            if error.kind.name == "required":
                name = ".".join(filter(None, (name, error.kind.as_dict()["property"])))
            if not name and error.kind.name != "propertyNames":
                name = "each entry"  # of a map, whose keys are data
            found = wrong_types if error.kind.name == "type" else broken
            found.setdefault(name, _allowed(error))
            finding = self._finding(name, error) or finding
        if wrong_types:
            return SerializationException(_sentence(wrong_types.items()))
        return ValidationException(
            _sentence(broken.items()),
            Reason.FIELD_VALIDATION_FAILED,
            tuple(broken.items()),
            finding,
        )

    def _finding(
        self, name: str, error: jsonschema_rs.ValidationError
    ) -> FindingName | None:
        """Return what the caller has in mind, where the broken rule shows it."""
        if error.kind.name == "maxTotalBytes":
            return FindingName.attributes_too_large
        named_by_arn = error.kind.name == "pattern" and name in self._rooms
        if named_by_arn and matches("RoomID", error.instance):
            return FindingName.room_id_instead_of_arn
        return None


def _whole(member: Any) -> Any:
    """Return the integer that JSON wrote as 60.0; what has a fraction stays."""
    return int(member) if isinstance(member, float) and member.is_integer() else member


@cache
def input_reader(shape: str, api: str = "control-plane-api") -> InputReader:
    """Return the one reader of this shape, made when it is first needed."""
    return InputReader(shape, api=api)


def matches(shape: str, value: object) -> bool:
    """Return whether the value is of this shape."""
    return _engine(shape).is_valid(value)


@cache
def _engine(shape: str, api: str = "control-plane-api") -> jsonschema_rs.Validator:
    return jsonschema_rs.validator_for(
        documents.bundle(shape, api=api), keywords={"maxTotalBytes": _MaxTotalBytes}
    )


@dataclass(frozen=True, slots=True)
class _Structure:
    """The members that a schema knows, None for those that have none themselves.

    Maps and scalars have none; a list has those of its entries.
    """

    members: Mapping[str, "_Structure | None"]

    def keep_known(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self.keep_known(entry) for entry in value]
        if not isinstance(value, dict):
            return value
        return {
            name: member if inner is None else inner.keep_known(member)
            for name, inner in self.members.items()
            if (member := value.get(name)) is not None
        }

    def member_at(self, path: Iterable[str | int]) -> str:
        """Return the modelled member on this path: never a map's key, it is data."""
        names: list[str] = []
        here: _Structure | None = self
        for part in path:
            if isinstance(part, int):
                continue
            if here is None or part not in here.members:
                break
            here = here.members[part]
            names.append(part)
        return ".".join(names)


class _Everything(_Structure):
    """What a map has: its keys are data."""

    def keep_known(self, value: Any) -> Any:
        return value


_EVERYTHING = _Everything({})


def _structure(schema: Mapping[str, Any], root: Mapping[str, Any]) -> _Structure | None:
    while "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rpartition("/")[2]]
    if "items" in schema:
        return _structure(schema["items"], root)
    if "properties" not in schema:
        return None
    members = schema["properties"].items()
    return _Structure({name: _structure(inner, root) for name, inner in members})


class _MaxTotalBytes:
    """The keyword of our own, for the server's engine (TOKEN-REQ-12)."""

    def __init__(self, _schema: object, limit: int, _path: object) -> None:
        self._limit = limit

    def validate(self, instance: Any) -> None:
        if isinstance(instance, dict) and documents.total_bytes(instance) > self._limit:
            raise ValueError(str(self._limit))


_RULES: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "type": lambda kind: f"must be of JSON type {' or '.join(kind['types'])}",
    "required": lambda _: "is required",
    "enum": lambda kind: f"must be one of {', '.join(map(str, kind['options']))}",
    "pattern": lambda kind: f"must match {kind['pattern']}",
    "minLength": lambda kind: f"must have {kind['limit']} characters or more",
    "maxLength": lambda kind: f"must have {kind['limit']} characters or fewer",
    "minimum": lambda kind: f"must be {kind['limit']} or more",
    "maximum": lambda kind: f"must be {kind['limit']} or less",
    "maxItems": lambda kind: f"must have {kind['limit']} entries or fewer",
    "maxProperties": lambda kind: f"must have {kind['limit']} entries or fewer",
    "oneOfNotValid": lambda _: "must have exactly one of its members",
    "oneOfMultipleValid": lambda _: "must have exactly one of its members",
    "maxTotalBytes": lambda kind: (
        f"must have {kind['message']} bytes of keys and values or fewer"
    ),
}


def _allowed(error: jsonschema_rs.ValidationError) -> str:
    if error.kind.name == "propertyNames":
        inner: jsonschema_rs.ValidationError = error.kind.as_dict()["error"]
        return f"each key {_allowed(inner)}"
    rule = _RULES.get(error.kind.name)
    return rule(error.kind.as_dict()) if rule else "is not allowed"


def _sentence(found: Iterable[tuple[str, str]]) -> str:
    return "; ".join(f"{name} {text}".lstrip() for name, text in found) + "."


def _refuse_constant(_name: str) -> NoReturn:
    raise ValueError


# `json.loads` with an option of its own would build a decoder for every body.
_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)
