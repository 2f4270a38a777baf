"""The schemas and the operation table against the service model of botocore."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from botocore.loaders import Loader

from ivschat_conformance.reference_impl.core import errors
from ivschat_conformance.schemas import documents, limits
from ivschat_conformance.schemas.operations import Operation, load_operations

# Where a schema leaves the model, and why. A row that is needed no longer fails too.
DEVIATIONS = {
    ("ChatToken", "pattern"): "TOKEN-RESP-04: usable as a subprotocol as it is",
    ("CreateChatTokenResponse", "required"): "TOKEN-RESP-01, TOKEN-RESP-03",
    ("CreateLoggingConfigurationResponse", "required"): "LOGCFG-02: always there",
    ("CreateRoomResponse", "required"): "ROOM-CREATE-02: always there",
    ("DeleteMessageResponse", "required"): "DELM-01: always there",
    ("GetLoggingConfigurationResponse", "required"): "LOGCFG-02, LOGCFG-14",
    ("GetRoomResponse", "required"): "ROOM-GET-01: the members of CreateRoom",
    ("LambdaArn", "pattern"): "CONTRA-07: the model's copy is mangled",
    ("LoggingConfigurationSummary", "required"): "LOGCFG-14: the members of Get",
    ("ResourceArn", "pattern"): "CONTRA-06: without a + it matches no ARN there is",
    ("ResourceId", "minLength"): "ERR-21, ERR-19: there, and not empty",
    ("ResourceId", "pattern"): "ERR-21, ERR-19: any text that is not empty",
    ("ResourceType", "enum"): "CONTRA-08: no word for logging configurations",
    ("ResourceType", "minLength"): "CONTRA-08: any text that is not empty",
    ("RoomSummary", "required"): "ROOM-LIST-03: always there",
    ("SendEventResponse", "required"): "SEVT-02, CONTRA-16: always there",
    ("Time", "pattern"): "HTTP-RESP-09, HTTP-RESP-11: RFC 3339, said as a pattern",
    ("UpdateLoggingConfigurationResponse", "required"): "LOGCFG-02: always there",
    ("UpdateRoomResponse", "required"): "ROOM-CREATE-02: the members of CreateRoom",
}

# What the model says in prose only, so that no keyword of it can be compared.
PROSE = {"default", "maxTotalBytes"}

# Words about a document, and not about the values it allows.
ABOUT = {"$schema", "$id", "description"}

# The model's words, and JSON Schema's.
JSON_TYPES = {
    "structure": "object",
    "map": "object",
    "list": "array",
    "string": "string",
    "timestamp": "string",
    "integer": "integer",
}
BOUNDS = {
    "map": {"min": "minProperties", "max": "maxProperties"},
    "list": {"min": "minItems", "max": "maxItems"},
    "string": {"min": "minLength", "max": "maxLength"},
    "integer": {"min": "minimum", "max": "maximum"},
}
PARTS = {"key": "propertyNames", "value": "additionalProperties", "member": "items"}


@cache
def service_model() -> dict[str, Any]:
    """Return the service model as botocore ships it."""
    model: dict[str, Any] = Loader().load_service_model(
        "ivschat", "service-2", "2020-07-14"
    )
    return model


def as_schema(shape: dict[str, Any]) -> dict[str, Any]:
    """Return one shape of the model in the words of JSON Schema."""
    schema: dict[str, Any] = {"type": JSON_TYPES[shape["type"]]}
    for theirs, ours in BOUNDS.get(shape["type"], {}).items():
        if theirs in shape:
            schema[ours] = shape[theirs]
    for keyword in ("required", "enum"):
        if keyword in shape:
            schema[keyword] = shape[keyword]
    for theirs, ours in PARTS.items():
        if theirs in shape:
            schema[ours] = reference(shape[theirs])
    if "members" in shape:
        schema |= properties(shape)
    if "pattern" in shape:
        schema["pattern"] = f"^{shape['pattern']}$"  # the whole value (VAL-02)
    if shape.get("sensitive"):
        schema["x-sensitive"] = True
    return schema


def properties(shape: dict[str, Any]) -> dict[str, Any]:
    """Return what a schema says of a structure's members; a union has one of them."""
    members = shape["members"]
    said: dict[str, Any] = {
        "properties": {name: reference(member) for name, member in members.items()}
    }
    if shape.get("union"):
        said["oneOf"] = [{"required": [name]} for name in members]
    return said


def reference(member: dict[str, Any]) -> dict[str, str]:
    """Return how a schema refers to a member's shape."""
    return {"$ref": f"{member['shape']}.json"}


def as_it_stands(shape: str) -> dict[str, Any]:
    """Return our schema, without what the model cannot say in keywords."""
    document = documents.load(shape)
    if "$ref" in document:
        document = documents.load(document["$ref"].removesuffix(".json"))
    return {
        keyword: value
        for keyword, value in document.items()
        if keyword not in ABOUT | PROSE
    }


def within_reach(name: str) -> Iterator[str]:
    """Yield a shape of the model and all that it is made of."""
    yield name
    shape = service_model()["shapes"][name]
    parts = [*shape.get("members", {}).values()]
    parts += [shape[part] for part in ("member", "key", "value") if part in shape]
    for part in parts:
        yield from within_reach(part["shape"])


@pytest.mark.ivschat_verifies("GEN-01", "GEN-02")
def test_model_is_the_one_the_contract_speaks_of() -> None:
    """The model is of ivschat 2020-07-14, signed by SigV4 only, in restJson1."""
    metadata = service_model()["metadata"]

    assert metadata["serviceId"] == "ivschat"
    assert metadata["signingName"] == "ivschat"
    assert metadata["endpointPrefix"] == "ivschat"
    assert metadata["apiVersion"] == "2020-07-14"
    assert metadata["auth"] == ["aws.auth#sigv4"]
    assert metadata["protocols"] == ["rest-json"]


@pytest.mark.parametrize("shape", documents.shapes())
def test_schema_says_what_the_model_says(shape: str) -> None:
    """A schema differs from the model's shape in the listed keywords and no others."""
    ours = as_it_stands(shape)
    theirs = as_schema(service_model()["shapes"][shape])

    differing = {
        keyword
        for keyword in ours.keys() | theirs.keys()
        if ours.get(keyword) != theirs.get(keyword)
    }

    assert differing == {keyword for name, keyword in DEVIATIONS if name == shape}


@pytest.mark.ivschat_verifies("HTTP-REQ-07")
@pytest.mark.parametrize("shape", documents.shapes())
def test_members_stand_under_the_names_and_in_the_order_of_the_model(
    shape: str,
) -> None:
    """A structure's keys on the wire are the model's member names, in its order."""
    model = service_model()["shapes"][shape].get("members", {})

    ours = tuple(as_it_stands(shape).get("properties", ()))

    assert ours == tuple(model)
    assert all(
        member.get("locationName", name) == name for name, member in model.items()
    )


def test_every_deviation_is_of_a_schema_that_exists() -> None:
    """A row of the table of deviations names a schema."""
    assert {shape for shape, _ in DEVIATIONS} <= set(documents.shapes())


@pytest.mark.parametrize("operation", load_operations().values(), ids=lambda o: o.name)
def test_every_shape_that_an_operation_touches_has_a_schema(
    operation: Operation,
) -> None:
    """Input, output and errors have schemas, down to the last simple shape."""
    model = service_model()["operations"][operation.name]
    roots = [model[end]["shape"] for end in ("input", "output") if end in model]
    roots += [error["shape"] for error in model["errors"]]

    needed = {shape for root in roots for shape in within_reach(root)}

    assert needed <= set(documents.shapes())


@pytest.mark.ivschat_verifies("GEN-03")
def test_operations_are_those_of_the_model() -> None:
    """The table has every operation that the model has, and no other."""
    assert set(load_operations()) == set(service_model()["operations"])


@pytest.mark.ivschat_verifies("GEN-04", "GEN-05", "HTTP-REQ-13")
@pytest.mark.parametrize("operation", load_operations().values(), ids=lambda o: o.name)
def test_members_stand_where_the_model_puts_them(operation: Operation) -> None:
    """The path and the query hold what the model says, and the body all else."""
    members = service_model()["shapes"][operation.request]["members"]
    places = {name: member.get("location") for name, member in members.items()}

    elsewhere = {operation.path_member: "uri"} if operation.path_member else {}
    elsewhere |= dict.fromkeys(operation.query, "querystring")

    assert places == dict.fromkeys(members) | elsewhere


@pytest.mark.ivschat_verifies("GEN-04", "GEN-06")
@pytest.mark.parametrize("operation", load_operations().values(), ids=lambda o: o.name)
def test_operation_is_the_models(operation: Operation) -> None:
    """Method, path, status, shapes and declared errors are those of the model."""
    model = service_model()["operations"][operation.name]

    assert model["http"] == {
        "method": operation.method,
        "requestUri": operation.path,
        "responseCode": operation.status,
    }
    assert model["input"]["shape"] == operation.request
    assert model.get("output", {}).get("shape") == operation.response
    assert tuple(error["shape"] for error in model["errors"]) == operation.errors


RESOURCE = ("message", "resourceId", "resourceType")
MODELLED_ERRORS: dict[str, tuple[str, int, tuple[str, ...]]] = {
    "ERR-07": ("AccessDeniedException", 403, ("message",)),
    "ERR-08": ("ConflictException", 409, RESOURCE),
    "ERR-09": ("InternalServerException", 500, ("message",)),
    "ERR-10": ("PendingVerification", 403, ("message",)),
    "ERR-11": ("ResourceNotFoundException", 404, RESOURCE),
    "ERR-12": ("ServiceQuotaExceededException", 402, (*RESOURCE, "limit")),
    "ERR-13": ("ThrottlingException", 429, (*RESOURCE, "limit")),
    "ERR-14": ("ValidationException", 400, ("message", "reason")),
}


@pytest.mark.parametrize(
    ("error", "status", "members"),
    [
        pytest.param(*row, id=row[0], marks=pytest.mark.ivschat_verifies(requirement))
        for requirement, row in MODELLED_ERRORS.items()
    ],
)
def test_modelled_error_has_its_status_and_members(
    error: str, status: int, members: tuple[str, ...]
) -> None:
    """Each modelled error has one status, in the model and here, and its members."""
    model = service_model()["shapes"][error]

    assert model["error"]["httpStatusCode"] == status
    assert getattr(errors, error).status == status
    assert limits.required(error) == members


@pytest.mark.ivschat_verifies("ERR-14", "ERR-15", "ERR-16")
def test_validation_error_says_why_and_may_list_fields() -> None:
    """`reason` is one of three words; `fieldList` is optional, of name and message."""
    members = limits.members("ValidationException")

    assert members == ("message", "reason", "fieldList")
    assert limits.enum("ValidationExceptionReason") == (
        "UNKNOWN_OPERATION",
        "FIELD_VALIDATION_FAILED",
        "OTHER",
    )
    assert limits.required("ValidationExceptionField") == ("name", "message")


@pytest.mark.parametrize(
    ("structure", "member", "said", "value"),
    [
        ("CreateChatTokenRequest", "sessionDurationInMinutes", "Default: 60 ", 60),
        ("CreateRoomRequest", "maximumMessageRatePerSecond", "Default: 10.", 10),
        ("CreateRoomRequest", "maximumMessageLength", "Default: 500.", 500),
        ("ListRoomsRequest", "maxResults", "Default: 50.", 50),
        ("ListLoggingConfigurationsRequest", "maxResults", "Default: 50.", 50),
        (
            "MessageReviewHandler",
            "fallbackResult",
            "Default: <code>ALLOW</code>",
            "ALLOW",
        ),
    ],
)
def test_default_is_what_the_models_prose_says(
    structure: str, member: str, said: str, value: object
) -> None:
    """A default stands in the model's documentation, and the same in the schema."""
    described = service_model()["shapes"][structure]["members"][member]

    assert said in described["documentation"]
    assert limits.default(described["shape"]) == value


@pytest.mark.parametrize(
    ("structure", "shape"),
    [
        ("CreateChatTokenRequest", "ChatTokenAttributes"),
        ("SendEventRequest", "EventAttributes"),
    ],
)
def test_attributes_have_the_one_kilobyte_of_the_models_prose(
    structure: str, shape: str
) -> None:
    """The attributes of a token and an event have 1 KB together, in prose and here."""
    described = service_model()["shapes"][structure]["members"]["attributes"]

    assert "1 KB total" in described["documentation"]
    assert limits.max_total_bytes(shape) == 1024


def test_prose_is_read_into_these_schemas_and_no_others() -> None:
    """No default or byte limit stands in a schema that the tests above do not hold."""
    with_prose = {
        shape for shape in documents.shapes() if PROSE & documents.load(shape).keys()
    }

    assert with_prose == {
        "SessionDurationInMinutes",
        "RoomMaxMessageRatePerSecond",
        "RoomMaxMessageLength",
        "MaxRoomResults",
        "MaxLoggingConfigurationResults",
        "FallbackResult",
        "ChatTokenAttributes",
        "EventAttributes",
    }


@pytest.mark.ivschat_verifies("GEN-08")
def test_model_knows_no_client_token_no_paginator_and_no_waiter() -> None:
    """Only UntagResource is idempotent; nobody pages or waits by the model's help."""
    loader = Loader()
    operations = service_model()["operations"]
    members = [
        member
        for shape in service_model()["shapes"].values()
        if shape["type"] == "structure"
        for member in shape["members"].values()
    ]

    idempotent = [name for name, row in operations.items() if row.get("idempotent")]
    paginators = loader.load_service_model("ivschat", "paginators-1", "2020-07-14")
    waiters = loader.load_service_model("ivschat", "waiters-2", "2020-07-14")

    assert idempotent == ["UntagResource"]
    assert not any(member.get("idempotencyToken") for member in members)
    assert paginators["pagination"] == {}
    assert waiters["waiters"] == {}
