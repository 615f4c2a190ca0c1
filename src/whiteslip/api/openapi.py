"""The OpenAPI of what is decoded and encoded by structs: pieces for routes, and the whole document."""

from __future__ import annotations

from typing import Any

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from msgspec import Struct

from whiteslip.api import answers, bodies, problems, shapes

REFERENCE = "#/components/schemas/{name}"
KEY_PARAMETER: dict[str, Any] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "A key acts once; repeating it returns the stored answer, byte for byte.",
    "schema": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255,
        "pattern": "^[!-~]([ -~]*[!-~])?$",
    },
}
WAIT_PARAMETER: dict[str, Any] = {
    "name": "Request-Timeout-Ms",
    "in": "header",
    "required": False,
    "description": "How long the caller waits; what has not begun by then is not done.",
    "schema": {"type": "integer", "minimum": 1, "maximum": 60000},
}
SECURITY: list[dict[str, list[str]]] = [{"key": []}]


def gives(answer: Any, *codes: str, status: int = 200) -> dict[str, Any]:
    """Describe a reading route: its answer and its problems, as arguments of a router."""
    return {
        "status_code": status,
        "response_model": None,
        "responses": {
            status: _answer(answer),
            **problems.documented((*codes, *problems.ALWAYS, "invalid_input")),
        },
        "openapi_extra": {"security": SECURITY},
    }


def posts(
    body: type[Struct], answer: Any, *codes: str, status: int = 201, keyed: bool = True
) -> dict[str, Any]:
    """Describe a changing route: its body, its key, its answer and its problems."""
    described = gives(answer, *codes, *problems.POSTED, status=status)
    described["openapi_extra"] |= {
        "parameters": [KEY_PARAMETER, WAIT_PARAMETER] if keyed else [WAIT_PARAMETER],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": _schema(body)}},
        },
    }
    return described


def posts_file(
    media_type: str, answer: Any, *codes: str, status: int = 201, about: str
) -> dict[str, Any]:
    """Describe a route that takes a file as it is: its key, its answer and its problems."""
    described = gives(answer, *codes, *problems.POSTED, status=status)
    described["openapi_extra"] |= {
        "parameters": [KEY_PARAMETER, WAIT_PARAMETER],
        "requestBody": {
            "required": True,
            "description": about,
            "content": {media_type: {"schema": {"type": "string", "format": "binary"}}},
        },
    }
    return described


def operation(
    summary: str, operation_id: str, tag: str, described: dict[str, Any]
) -> dict[str, Any]:
    """Write by hand the operation of a route that is not FastAPI's."""
    responses = {str(status): said for status, said in described["responses"].items()}
    return {
        "tags": [tag],
        "summary": summary,
        "operationId": operation_id,
        "responses": responses,
        **described["openapi_extra"],
    }


def document(app: FastAPI, by_hand: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Write the whole document: FastAPI's routes, those written by hand, and every schema."""
    whole = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes
    )
    for path, operations in by_hand.items():
        whole["paths"].setdefault(path, {}).update(operations)
    components = whole.setdefault("components", {})
    components.setdefault("schemas", {}).update(_components())
    components["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
    return whole


def _components() -> dict[str, Any]:
    structs = [
        kind
        for module in (bodies, answers, problems, *shapes.families())
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, Struct) and kind not in {Struct, bodies.Body}
    ]
    return msgspec.json.schema_components(structs, ref_template=REFERENCE)[1]


def _answer(answer: Any) -> dict[str, Any]:
    description = (answer.__doc__ if isinstance(answer, type) else None) or "The outcome."
    return {
        "description": description,
        "content": {"application/json": {"schema": _schema(answer)}},
    }


def _schema(kind: Any) -> dict[str, Any]:
    (schema,), _ = msgspec.json.schema_components([kind], ref_template=REFERENCE)
    return schema
