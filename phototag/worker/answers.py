"""What the sealed process answers, and what answers and requests have in common: the contents of files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import attrs

from phototag.errors import PhototagError
from phototag.files.content import Content
from phototag.metadata.about import About
from phototag.metadata.change import Change
from phototag.metadata.record import Audit, Record
from phototag.scene.measures import Scene
from phototag.worker.seal import Seal


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Carrier:
    """A request or an answer with contents of files, which are sent beside it."""

    @property
    def contents(self) -> list[Content]:
        """The contents, in a fixed order."""
        raise NotImplementedError

    def with_contents(self, contents: Sequence[Content]) -> Self:
        """The same with these contents, in the same order."""
        raise NotImplementedError


@attrs.frozen(kw_only=True)
class Identified:
    """What identifies a picture.

    Attributes:
        picture: a hash of the picture, without the metadata.
        scene: what is in it, if that was asked for.
    """

    picture: str
    scene: Scene | None = None


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Made(Carrier):
    """A new file.

    Attributes:
        content: its content.
    """

    content: Content

    @property
    def contents(self) -> list[Content]:
        """See ``Carrier``."""
        return [self.content]

    def with_contents(self, contents: Sequence[Content]) -> Self:
        """See ``Carrier``."""
        (content,) = contents
        return attrs.evolve(self, content=content)


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Previewed(Made):
    """A reduced picture, and what the photo says about itself.

    Attributes:
        about: the photo's own keywords and rating.
    """

    about: About = attrs.Factory(About)


@attrs.frozen(kw_only=True, eq=False, repr=False)
class PreparedFile:
    """A file's new content, verified but not yet written.

    Attributes:
        number: of the file: 0 for the photo, then the sidecars that exist, then those to be made.
        change: what is changed in it; without its name.
        content: the new content; None if nothing changes, or the file is to be deleted.
        dated: whether it holds the date on which the photo was taken.
    """

    number: int
    change: Change
    content: Content | None
    dated: bool = False


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Prepared(Carrier):
    """The files to be written for a photo.

    Attributes:
        files: in the order in which they are to be written; None if the photo has a record other than the
            expected one.
        found: the record in the photo before.
        etag: etag of the record in the photo afterwards; empty for no record.
    """

    files: tuple[PreparedFile, ...] | None
    found: Record | None
    etag: str

    @property
    def contents(self) -> list[Content]:
        """See ``Carrier``."""
        return [file.content for file in self.files or () if file.content is not None]

    def with_contents(self, contents: Sequence[Content]) -> Self:
        """See ``Carrier``."""
        left = list(contents)
        files = tuple(
            file if file.content is None else attrs.evolve(file, content=left.pop(0))
            for file in self.files or ()
        )
        if left:
            raise ValueError("contents without a file")
        return attrs.evolve(self, files=None if self.files is None else files)


@attrs.frozen(kw_only=True)
class Failure:
    """An error that is part of an answer.

    Attributes:
        error: name of its class.
        problem: what is wrong.
        remedy: what to do about it; may be empty.
    """

    error: str
    problem: str
    remedy: str

    @classmethod
    def of(cls, error: PhototagError) -> Self:
        """The failure for an error."""
        return cls(error=type(error).__name__, problem=error.problem, remedy=error.remedy)


@attrs.frozen(kw_only=True)
class Audited:
    """The metadata of one file of a photo.

    Attributes:
        number: of the file: 0 for the photo, then its sidecars.
        audit: what they say; None if they cannot be read.
        failure: why they cannot be read.
    """

    number: int
    audit: Audit | None = None
    failure: Failure | None = None


@attrs.frozen(kw_only=True)
class Examination:
    """What was found out about a photo.

    Attributes:
        picture: a hash of the picture, without the metadata.
        undecoded: why the picture cannot be decoded; None if it can, or if its hash was known.
        metadata: the files that hold metadata, or may hold them.
        unremovable: why phototag's part cannot be removed; None if it can, or if there is none.
    """

    picture: str
    undecoded: Failure | None
    metadata: tuple[Audited, ...]
    unremovable: Failure | None


@attrs.frozen(kw_only=True)
class Blocks:
    """A part of a JPEG's stored picture, from a corner of its grid of blocks.

    Attributes:
        left, top, width, height: px.
    """

    left: int
    top: int
    width: int
    height: int


@attrs.frozen(kw_only=True)
class Installed:
    """What a sealed process consists of.

    Attributes:
        versions: of its native libraries, by name.
        seal: what is closed to it.
    """

    versions: dict[str, str]
    seal: Seal
