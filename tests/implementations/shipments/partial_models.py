"""The model of a partial update, made from the one of a whole record: each member may be left out, nested ones too."""

from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, Field, create_model


def partial(model: type[BaseModel], name: str) -> type[BaseModel]:
    """`model` with every member optional; objects inside become partial as well, items of lists stay whole."""
    hints = get_type_hints(model, include_extras=True)
    # A factory and no default: the document would otherwise promise null for members that may not be null.
    fields: dict[str, Any] = {key: (partial_type(hints[key]), Field(default_factory=lambda: None)) for key in model.model_fields}
    return create_model(name, __doc__=model.__doc__, __config__=model.model_config, **fields)


def partial_type(hint: Any) -> Any:
    """The type of a member with the models inside made partial."""
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return partial(hint, f"{hint.__name__}Patch")
    if get_origin(hint) is Annotated:
        inner, *marks = get_args(hint)
        return Annotated[(partial_type(inner), *marks)]
    if get_origin(hint) in (Union, UnionType):
        return Union[tuple(partial_type(each) for each in get_args(hint))]  # noqa: UP007
    return hint
