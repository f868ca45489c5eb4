"""What the table of formats says of each is so."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from phototag.files import formats, sidecar_names
from phototag.files.formats import FORMATS, Format
from phototag.metadata.containers import Container, container_of, open_container
from phototag.metadata.xmp.packet import EMPTY
from phototag.vision import decoding


def named(forms: list[Format]) -> list[object]:
    return [pytest.param(form, id=form.name) for form in forms]


def picture(form: Format, mode: str = "RGB") -> bytes:
    target = io.BytesIO()
    Image.radial_gradient("L").convert(mode).save(target, form.decoder)
    return target.getvalue()


BY_PILLOW = [form for form in FORMATS if form.decoder and not form.extra]


@pytest.mark.parametrize("form", named(BY_PILLOW))
def test_what_pillow_reads_is_known_by_its_content(form: Format) -> None:
    data = picture(form)
    assert formats.by_content(data) is form
    assert decoding.decode("a.txt", data).format == form.decoder


@pytest.mark.parametrize("form", named([form for form in FORMATS if form.encoder]))
def test_crops_can_be_encoded_in_every_mode_of_the_table(form: Format) -> None:
    assert form.encoder is not None
    assert set(form.encoder.suffixes) <= set(form.suffixes)
    options = {**form.encoder.options, **({"quality": 90} if form.encoder.takes_quality else {})}
    for mode in form.encoder.modes:
        target = io.BytesIO()
        Image.new(mode, (16, 16)).save(target, form.decoder, **options)
        with Image.open(target) as again:
            assert again.mode == mode


@pytest.mark.parametrize("form", named([form for form in FORMATS if form.takes_metadata]))
def test_the_container_of_a_format_takes_its_files_apart(form: Format) -> None:
    data = picture(form)
    container = open_container(data, "a", named=form)
    assert type(container) is container_of(form)
    assert container.format == form.name
    assert container.xmp is None
    written = open_container(container.replaced(EMPTY, None), "a")
    assert written.xmp == EMPTY
    assert written.picture() == container.picture()


def test_every_container_is_one_that_the_table_names() -> None:
    classes = {container_of(form) for form in FORMATS if form.container}
    assert all(issubclass(found, Container) for found in classes)
    assert {found.format for found in classes} == {f.name for f in FORMATS if f.takes_metadata}


def test_no_suffix_belongs_to_two_formats() -> None:
    suffixes = [suffix for form in FORMATS for suffix in form.suffixes]
    assert len(set(suffixes)) == len(suffixes)
    assert all(suffix == suffix.lower() and suffix[0] == "." for suffix in suffixes)
    names = [form.name for form in FORMATS]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("form", named([form for form in FORMATS if form.raw and form.signatures]))
def test_a_negative_is_one_whatever_it_is_called(form: Format) -> None:
    for signature in form.signatures:
        data = bytearray(64)
        for at, part in signature:
            data[at : at + len(part)] = part
        assert formats.by_content(bytes(data)) is form
        assert formats.is_raw("a.jpg", bytes(data))


@pytest.mark.parametrize("form", named([form for form in FORMATS if form.suffixes]))
def test_sidecars_are_called_as_the_table_says(form: Format) -> None:
    for suffix in form.suffixes:
        path = f"/no/such/folder/jane{suffix.upper()}"
        assert formats.by_name(path) is form
        both = ["/no/such/folder/jane.xmp", f"{path}.xmp"]
        assert sidecar_names.new(path) == (both if form.sidecar_by_stem else both[1:])
