"""The base of the classes whose JSON is published: pydantic and FastAPI know how to use them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core import CoreSchema


class Published:
    """The base of classes with a published JSON.

    pydantic takes an instance as it is, dumps it as ``to_dict`` does, describes it by the published schema, and reads
    one back from its JSON where the class has ``from_dict``.
    """

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """JSON values in the published schema."""
        raise NotImplementedError

    @classmethod
    def json_schema(cls) -> dict[str, Any]:
        """The JSON Schema of ``to_dict``."""
        raise NotImplementedError

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type[object], handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        from pydantic_core import core_schema  # noqa: PLC0415 - who asks for it has pydantic

        given: CoreSchema = core_schema.is_instance_schema(cls)
        said: CoreSchema = given
        from_dict = getattr(cls, "from_dict", None)
        if from_dict is not None:
            said = core_schema.no_info_after_validator_function(
                from_dict, core_schema.dict_schema(core_schema.str_schema())
            )
            given = core_schema.union_schema([given, said])
        return core_schema.json_or_python_schema(
            json_schema=said,
            python_schema=given,
            serialization=core_schema.plain_serializer_function_ser_schema(cls.to_dict),
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"title": cls.__name__, **cls.json_schema()}
