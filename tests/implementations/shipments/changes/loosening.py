"""Other types for single members, as a team would have written them in its models."""

from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from partial_models import partial_type
from pydantic import BaseModel, Field, create_model
from service import Service


def retype(service: Service, kind_name: str, path: str, hint: Any) -> None:
    """Give the member at the dotted `path` (through objects and lists) the type `hint`, in patches and in whole records."""
    kind = service.kinds[kind_name]
    top = path.partition(".")[0]
    kind.create = _with(kind.create, path, hint)
    changed = get_type_hints(kind.create, include_extras=True)[top]
    optional: Any = {top: (partial_type(changed), Field(default_factory=lambda: None))}
    kind.patch = create_model(kind.patch.__name__, __base__=kind.patch, **optional)


def _with(model: type[BaseModel], path: str, hint: Any) -> type[BaseModel]:
    name, _, rest = path.partition(".")
    known = get_type_hints(model, include_extras=True)[name]
    new = _inside(known, rest, hint) if rest else hint
    field = model.model_fields[name]
    default = ... if field.is_required() else Field(default_factory=lambda: field.get_default(call_default_factory=True))
    fields: Any = {name: (new, default)}
    return create_model(model.__name__, __base__=model, **fields)


def _inside(known: Any, rest: str, hint: Any) -> Any:
    if isinstance(known, type) and issubclass(known, BaseModel):
        return _with(known, rest, hint)
    if get_origin(known) is Annotated:
        inner, *marks = get_args(known)
        return Annotated[(_inside(inner, rest, hint), *marks)]
    if get_origin(known) is list:
        return list[_inside(get_args(known)[0], rest, hint)]  # type: ignore[misc]
    if get_origin(known) in (Union, UnionType):
        return Union[tuple(_inside(each, rest, hint) for each in get_args(known))]  # noqa: UP007
    return known
