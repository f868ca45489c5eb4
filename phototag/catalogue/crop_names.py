"""Names of new files, made from a template."""

from __future__ import annotations

import os
import string
from typing import Final

import attrs

from phototag.errors import BadValue, printable_name
from phototag.files.formats import ENCODED, suffix_of

FIELDS: Final = ("stem", "profile", "person", "folder", "ext")
DEFAULT: Final = "{stem}.{profile}.{ext}"
EACH: Final = "{stem}.{profile}.{person}.{ext}"
_SEPARATORS: Final = {"/", "\\", "\0", os.sep}


@attrs.frozen
class Template:
    """A template that has been checked."""

    text: str

    @classmethod
    def of(cls, given: str | None, *, each: bool, copies: bool) -> Template:
        """The template in an option.

        Args:
            given: the template; None = the default.
            each: whether a photo may give several files.
            copies: whether the new files are in the format of the photo, whatever that is.

        Raises:
            BadValue: it is no template, or would give the files of one photo the same name.
        """
        text = given if given is not None else EACH if each else DEFAULT
        try:
            parts = list(string.Formatter().parse(text))
        except ValueError as error:
            raise _bad(f"{printable_name(text)!r} cannot be read ({error})") from error
        for literal, field, form, conversion in parts:
            if field is not None and (field not in FIELDS or form or conversion):
                shown = f"{{{field}{f'!{conversion}' if conversion else ''}{f':{form}' if form else ''}}}"
                raise _bad(f"it has {printable_name(shown)}")
            if _SEPARATORS & set(literal):
                raise _bad("it names a folder; the folders below --out are those of the photos")
        fields = {field for _, field, _, _ in parts}
        if each and "person" not in fields:
            raise _bad("all people of a photo would have the same name: it needs {person}")
        if "ext" not in fields and not copies and suffix_of(text) not in ENCODED:
            raise _bad("it ends neither in .{ext} nor in a suffix like " + ", ".join(ENCODED))
        return cls(text)

    def name(self, photo: str, profile: str, person: int, *, copies: bool) -> str:
        """The name of the crop of a photo.

        Args:
            photo: absolute path of the photo.
            profile: name of the crop profile.
            person: number of the person; 0 for none.
            copies: as for ``of``.
        """
        stem, suffix = os.path.splitext(os.path.basename(photo))
        kept = copies or suffix.lower() in ENCODED
        return self.text.format(
            stem=stem,
            profile=profile,
            person=person or "",
            folder=os.path.basename(os.path.dirname(photo)),
            ext=suffix[1:] if kept else "jpg",
        )


def _bad(problem: str) -> BadValue:
    known = ", ".join(f"{{{field}}}" for field in FIELDS)
    return BadValue("name", problem, f"a template consists of text and {known}")
