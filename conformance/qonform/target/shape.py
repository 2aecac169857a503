"""What the manifest's JSON Schema finds, in words.

The validator's own messages are never shown: they repeat the value, and a header's value is a
secret.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import jsonschema

import qinet_schemas
from qonform.catalogue import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qonform.target.lines import KeyPath


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong at a key."""

    key: KeyPath
    message: str


def faults(data: Mapping[str, Any]) -> Iterator[Fault]:
    """Everything in which the data departs from the schema."""
    validator = jsonschema.Draft202012Validator(
        qinet_schemas.load("target"),
        format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER,
    )
    for error in validator.iter_errors(data):
        yield from _in_words(error)


def _in_words(error: jsonschema.ValidationError) -> Iterator[Fault]:
    here: KeyPath = tuple(error.absolute_path)
    schema: Mapping[str, Any] = error.schema if isinstance(error.schema, Mapping) else {}
    rule: Any = error.validator_value
    table: Any = error.instance
    match error.validator:
        case "additionalProperties":
            yield from _unknown_keys(here, table, schema["properties"])
        case "required":
            for key in rule:
                if key not in table:
                    yield Fault((*here, key), "is missing" + _expected_of(schema, key))
        case "dependentRequired":
            for present, needed in rule.items():
                for key in needed:
                    if present in table and key not in table:
                        yield Fault((*here, key), f"is missing; expected it beside {present}")
        case "anyOf":
            keys = [key for choice in rule for key in choice.get("required", ())]
            yield Fault(here, f"expected at least one of {', '.join(keys)}")
        case "enum":
            hint = did_you_mean(table, rule) if isinstance(table, str) else ""
            yield Fault(here, f"expected one of {', '.join(rule)}{hint}")
        case keyword:
            unknown = "breaks the rule {keyword} of the manifest's schema"
            sentence = _SENTENCES.get(str(keyword), unknown)
            yield Fault(here, sentence.format(keyword=keyword, rule=rule, kind=_kind(schema)))


def _unknown_keys(
    here: KeyPath, table: Mapping[str, Any], known: Mapping[str, Any]
) -> Iterator[Fault]:
    for key in table:
        if key not in known:
            hint = did_you_mean(key, known) or f"; known are {', '.join(known)}"
            yield Fault((*here, key), f"no such key{hint}")


_SENTENCES = {
    "type": "expected {kind}",
    "pattern": "expected {kind}",
    "format": "expected {kind}",
    "minLength": "is empty; expected {kind}",
    "minItems": "is empty; expected {kind} with at least {rule}",
    "uniqueItems": "has an entry twice; expected each once",
    "minimum": "expected at least {rule}",
    "exclusiveMinimum": "expected more than {rule}",
    "maximum": "expected at most {rule}",
}
_KINDS = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a table",
}


def _kind(schema: Mapping[str, Any]) -> str:
    if schema.get("format") == "date":
        return "a date such as 2027-03-31"
    if "pattern" in schema:
        return str(schema.get("description", f"text like {schema['pattern']}"))
    kind = _KINDS.get(schema.get("type", ""), "a value")
    if schema.get("type") == "array" and schema.get("items", {}).get("type") == "object":
        kind = "a list of tables, each under a header in [[double brackets]]"
    elif schema.get("type") == "string" and "description" in schema:
        kind += f" ({schema['description']})"
    return kind


def _expected_of(schema: Mapping[str, Any], key: str) -> str:
    known = schema.get("properties", {}).get(key)
    return f"; expected {_kind(known)}" if known else ""
