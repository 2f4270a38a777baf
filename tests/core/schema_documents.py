"""Documents made from a JSON Schema: valid ones, and ones broken in a chosen place.

It knows the keywords that the schemas of requests use. What JSON alone can say, such as
a number without end or the same key twice, is a `Literal`: text that is written as it
is. Every text of a sensitive shape has `SECRET` in it, and every broken one has
`PLANTED`.
"""

import json
from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from ivschat_conformance.schemas import documents

SECRET = "planted-secret-zq7"  # noqa: S105 - stands for a user and attributes
PLANTED = "planted-text-zq7"

Schema = Mapping[str, Any]
Values = st.SearchStrategy[Any]


class Literal(str):
    """JSON that no value of Python's is written as."""

    __slots__ = ()


def nested(depth: int, opened: str = "[", closed: str = "]") -> Literal:
    """Return brackets within brackets."""
    return Literal(opened * depth + closed * depth)


LITERALS = [
    *map(Literal, ("NaN", "-Infinity", "1e999", "1" * 5000, "-0", "1E400", "0.1e1")),
    *map(Literal, ('"\\ud800"', '"\\udc00\\ud800"', '"\\u0000"', "'x'", "", "tru")),
    *(nested(depth) for depth in (2, 100, 254, 255, 256, 900, 20_000)),
    nested(100, '{"":[', "]}"),
    Literal(f'{{"{PLANTED}":1,"{PLANTED}":2}}'),
]
ANYTHING: Values = st.sampled_from(
    [
        *(None, True, False, 0, -1, 1.5, 60.0, 1e308, 2**31, 2**63, 10**30, ""),
        *(PLANTED, f"{PLANTED}\n", f"\0{PLANTED}", PLANTED * 3000, "😀" * 2000),
        *([], [None], [PLANTED], [[PLANTED]], {}, {PLANTED: PLANTED}),
        *({"": {PLANTED: [PLANTED]}}, {PLANTED: None}, [PLANTED] * 200),
        *LITERALS,
    ]
)
SECRETS: Values = st.sampled_from(
    [
        *(SECRET * 20, SECRET * 3000, [SECRET], {SECRET: SECRET}, [{SECRET: [SECRET]}]),
        *({SECRET: [SECRET]}, {SECRET: None}, {SECRET: 7}, {SECRET * 90: SECRET}),
        *(Literal(f'"{SECRET}\\ud800"'), Literal(f'["{SECRET}",NaN]')),
        *(Literal(f'"{SECRET}\\x"'), Literal(f'"{SECRET}')),
    ]
)


class Maker:
    """Makes documents of one shape; `known` has values of shapes that exist."""

    def __init__(self, shape: str, known: Mapping[str, list[Any]]) -> None:
        bundle = documents.bundle(shape)
        self._definitions: Mapping[str, Schema] = bundle["$defs"]
        self._known = known
        self._root = self._definitions[shape]
        self.names: list[str] = sorted(self._root.get("properties", {}))
        self.required = frozenset(self._root.get("required", ()))
        members: Mapping[str, Schema] = self._root.get("properties", {})
        self._valid = {name: self.valid(inner) for name, inner in members.items()}
        self._broken = {name: self.broken(inner) for name, inner in members.items()}

    def documents(self) -> "st.SearchStrategy[list[tuple[str, Any]]]":
        """Return members in any order, right or wrong; a name may come twice."""
        return st.one_of(self._right(), self._wrong())

    def _right(self) -> "st.SearchStrategy[list[tuple[str, Any]]]":
        return st.lists(
            st.sampled_from([*self.names, ""]), max_size=6, unique=True
        ).flatmap(
            lambda chosen: st.tuples(
                *(
                    st.tuples(st.just(name), self._valid[name])
                    for name in dict.fromkeys([*chosen, *sorted(self.required)])
                    if name
                )
            ).map(list)
        )

    def _wrong(self) -> "st.SearchStrategy[list[tuple[str, Any]]]":
        """Return right members with defects: each replaces, repeats, adds or drops."""
        name = st.sampled_from(self.names)
        defect = st.one_of(
            name.flatmap(lambda it: st.tuples(st.just(it), self._broken[it])),
            name.flatmap(lambda it: st.tuples(st.just(it), self._broken[it])),
            st.tuples(st.sampled_from(["", "x", PLANTED, "__proto__"]), ANYTHING),
            st.tuples(name, st.just(_GONE)),
        )
        return st.builds(
            _with_defects,
            self._right(),
            st.lists(defect, min_size=1, max_size=3),
            st.booleans(),
        )

    def valid(self, schema: Schema) -> Values:  # noqa: PLR0911 - one a kind
        """Return values that the schema allows, often at its limits."""
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            made = self.valid(self._definitions[name])
            known = self._known.get(name)
            return st.one_of(st.sampled_from(known), made) if known else made
        if "enum" in schema:
            return st.sampled_from(schema["enum"])
        match schema["type"]:
            case "integer":
                low, high = schema["minimum"], schema["maximum"]
                return st.sampled_from([low, high, low + 1, float(high)])
            case "string":
                return _strings(schema)
            case "array":
                most = schema.get("maxItems", 60)
                items = self.valid(schema["items"])
                return st.one_of(
                    st.lists(items, max_size=min(most, 3)),
                    items.map(lambda item: [item] * most),
                )
        if "properties" not in schema:
            return self._maps(schema)
        return self._structures(schema)

    def broken(self, schema: Schema) -> Values:
        """Return values of which most are not allowed, one past a limit or of no type.

        A structure is also broken in one of its members.
        """
        if "$ref" in schema:
            return self.broken(self._definitions[schema["$ref"].rpartition("/")[2]])
        past = _past_limits(schema)
        ways = [SECRETS if schema.get("x-sensitive") else ANYTHING]
        if past:
            ways += [st.sampled_from(past)] * 2
        if "items" in schema:
            ways.append(self.broken(schema["items"]).map(lambda item: [item]))
        for name, inner in schema.get("properties", {}).items():
            ways.append(
                st.builds(
                    lambda members, wrong, name=name: {**members, name: wrong},
                    self._structures(schema),
                    self.broken(inner),
                )
            )
        return st.one_of(*ways)

    def _structures(self, schema: Schema) -> Values:
        members = {
            name: self.valid(inner) for name, inner in schema["properties"].items()
        }
        choices = [set(choice["required"]) for choice in schema.get("oneOf", ())]
        if not choices:
            return self._one_structure(members, set(schema.get("required", ())))
        return st.one_of(
            *(
                st.fixed_dictionaries({name: members[name] for name in sorted(names)})
                for names in choices
            )
        )

    @staticmethod
    def _one_structure(members: Mapping[str, Values], required: set[str]) -> Values:
        return st.fixed_dictionaries(
            {name: made for name, made in members.items() if name in required},
            optional={n: made for n, made in members.items() if n not in required},
        )

    def _maps(self, schema: Schema) -> Values:
        keys = self.valid(schema["propertyNames"])
        values = self.valid(schema["additionalProperties"])
        if schema.get("x-sensitive"):
            keys, values = keys.map(_secret(20)), values.map(_secret(20))
        made = [st.dictionaries(keys, values, max_size=2)]
        if "maxProperties" in schema:
            made.append(st.just({f"k{n}": "" for n in range(schema["maxProperties"])}))
        if "maxTotalBytes" in schema:
            made.append(st.just({SECRET: _filled(schema["maxTotalBytes"] - 18)}))
        return st.one_of(*made).filter(
            lambda value: (
                documents.total_bytes(value) <= schema.get("maxTotalBytes", 1e9)
            )
        )


def written(members: list[tuple[str, Any]]) -> bytes:
    """Return an object of these members as JSON, equal names and all."""
    pairs = (f"{json.dumps(name)}:{_text(value)}" for name, value in members)
    return f"{{{','.join(pairs)}}}".encode()


_GONE = object()


def _text(value: Any) -> str:
    if isinstance(value, Literal):
        return str(value)
    if isinstance(value, list):
        return f"[{','.join(map(_text, value))}]"
    if isinstance(value, dict):
        pairs = (f"{json.dumps(key)}:{_text(each)}" for key, each in value.items())
        return f"{{{','.join(pairs)}}}"
    return json.dumps(value)


def _with_defects(
    members: list[tuple[str, Any]], defects: list[tuple[str, Any]], twice: bool
) -> list[tuple[str, Any]]:
    """Return the members with the defects; `twice` leaves what they replace."""
    named = {name for name, wrong in defects if wrong is _GONE or not twice}
    kept = [(name, value) for name, value in members if name not in named]
    return [*kept, *((name, wrong) for name, wrong in defects if wrong is not _GONE)]


def _strings(schema: Schema) -> Values:
    least, most = schema.get("minLength", 0), schema.get("maxLength", 40)
    if "pattern" in schema:
        pattern = documents.compile_pattern(schema["pattern"])
        return st.from_regex(pattern).filter(lambda text: least <= len(text) <= most)
    texts = st.one_of(
        st.text(st.characters(codec="utf-8"), min_size=least, max_size=min(most, 8)),
        st.sampled_from(["x" * least, "x" * most, "😀" * most, "\0" * most]),
    )
    return texts.map(_secret(most)) if schema.get("x-sensitive") else texts


def _secret(most: int) -> Any:
    return lambda text: (SECRET + text)[:most]


def _filled(size: int) -> str:
    return SECRET + "x" * (size - len(SECRET))


def _past_limits(schema: Schema) -> list[Any]:
    word = SECRET if schema.get("x-sensitive") else PLANTED
    past: list[Any] = []
    if "minimum" in schema:
        past += [schema["minimum"] - 1, schema["maximum"] + 1, schema["maximum"] + 0.5]
        past += [str(schema["maximum"]), [schema["maximum"]], -schema["maximum"]]
    if "enum" in schema:
        past += [*(each.lower() for each in schema["enum"]), f"{PLANTED}", "SEND"]
        past += [f"{each} " for each in schema["enum"]]
    if schema.get("minLength"):
        past.append("")
    if "maxLength" in schema:
        most = schema["maxLength"]
        past += [word + "x" * (most + 1 - len(word)), "😀" * (most + 1), "é" * most]
    if "maxItems" in schema:
        past.append([PLANTED] * (schema["maxItems"] + 1))
    if "maxProperties" in schema:
        past.append({f"{PLANTED}{n}": "" for n in range(schema["maxProperties"] + 1)})
    if "maxTotalBytes" in schema:
        past.append({word: "x" * (schema["maxTotalBytes"] + 1 - len(word))})
    if "oneOf" in schema:
        past += [{}, {name: {} for name in schema["properties"]}]
    return past
