"""Our own JSON Schemas of Open Badges 3.0: whether a value has the published shape, and where it departs from it.

The schema files beside this module are written from the published model and judge as the official `json` family does;
a test compares the two. They say nothing about proofs, dates in force or links between members.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Final, Literal, Protocol, TypeAlias, cast

from satchel.codec import strictjson
from satchel.port import JsonObject, JsonValue

if TYPE_CHECKING:
    from jsonschema_rs import Registry, ValidationError, Validator

SchemaName: TypeAlias = Literal["open_badge_3", "endorsement_3", "profile_3"]

OPEN_BADGE: Final[SchemaName] = "open_badge_3"
ENDORSEMENT: Final[SchemaName] = "endorsement_3"
PROFILE: Final[SchemaName] = "profile_3"

FAULTS_LIMIT: Final = 20
# The keywords that something absent breaks.
_ABSENCES: Final = frozenset(("required", "contains", "minItems"))
_MODEL: Final = "satchel:open_badge_3"
_KINDS: Final = {
    "string": "text",
    "object": "an object",
    "array": "a list",
    "number": "a number",
    "boolean": "true or false",
}


class _Reads(Protocol):
    def get_data(self, path: str, /) -> bytes: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaFault:
    """One departure: `path` is a JSON Pointer into the value (names in it come from outside), `message` is ours.
    `is_absence`: something is not there, as it would be if it were hidden."""

    path: str
    message: str
    is_absence: bool = field(default=False, compare=False)


def is_valid(value: JsonValue, name: SchemaName) -> bool:
    """Whether the value has the shape of the named schema, formats of dates included."""
    return _validator(name).is_valid(value)


def faults(value: JsonValue, name: SchemaName) -> tuple[SchemaFault, ...]:
    """The first departures from the named schema, at most FAULTS_LIMIT, each once; empty when it is valid."""
    found: dict[SchemaFault, None] = {}
    for error in _validator(name).iter_errors(value):
        fault = SchemaFault(
            path=_pointer(error.instance_path), message=_message(error), is_absence=error.kind.name in _ABSENCES
        )
        found[fault] = None
        if len(found) == FAULTS_LIMIT:
            break
    return tuple(found)


@cache  # at most one entry a schema name
def _validator(name: SchemaName) -> Validator:
    from jsonschema_rs import Draft202012Validator  # 25 ms of import that only a schema check needs

    return Draft202012Validator(_load(name), registry=_registry(), validate_formats=True, offline=True)


@cache  # one entry
def _registry() -> Registry:
    from jsonschema_rs import Registry

    return Registry([(_MODEL, _load(OPEN_BADGE))])


def _load(name: SchemaName) -> JsonObject:
    # The import system's own reader: importlib.resources takes longer to import than a schema to read.
    loader = cast(_Reads, __spec__.loader)
    return strictjson.load_object(loader.get_data(f"{__path__[0]}/{name}.json"))


def _pointer(path: list[str | int]) -> str:
    """RFC 6901 section 3."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def _message(error: ValidationError) -> str:
    """What is asked at that place. It quotes the schema, never the value."""
    from jsonschema_rs import ValidationErrorKind as Kind

    match error.kind:
        case Kind.Required(missing):
            return f'needs "{missing}"'
        case Kind.Type(types):
            return "must be " + " or ".join(_KINDS.get(kind, kind) for kind in types)
        case Kind.Format(name):
            return f"must be a {name} with a time zone" if name == "date-time" else f"must be a {name}"
        case Kind.Contains():
            return f"must include {_expected(error)}"
        case Kind.Constant(expected):
            return f'must be "{expected}"'
        case Kind.Enum(options):
            return "must be one of " + ", ".join(map(str, options))
        case Kind.AnyOf():
            return 'must be a term of its list or begin with "ext:"'
        case Kind.Pattern():
            return "is not written as its format asks"
        case Kind.PropertyNames():
            return "has a member that is no language tag, so it is no language map"
        case Kind.AdditionalProperties():
            return "has a member that is not allowed here"
        case Kind.MinItems(limit):
            return f"needs at least {limit} entries"
        case _:
            return f'does not meet "{error.kind.name}"'


def _expected(error: ValidationError) -> str:
    """The item that a `contains` of our schema asks for."""
    location = error.absolute_keyword_location
    asked = _registry().resolver(_MODEL).lookup(location).contents if location else None
    if not isinstance(asked, dict):
        return "an item of another kind"
    options = asked.get("enum")
    return " or ".join(f'"{item}"' for item in (options if isinstance(options, list) else [asked.get("const")]))
