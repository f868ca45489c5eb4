"""Shows many analyses on one web page: thumbnails, reasons, drawings, corrections; no server, no network."""

from __future__ import annotations

import base64
import contextlib
import os
import tempfile
from collections.abc import Generator, Iterable, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, Self
from urllib.parse import quote_from_bytes

from phototag.analysis.shapes import Layer, bars, shapes
from phototag.catalogue.analyze import AnalyzedPhoto, analyzed_photos
from phototag.catalogue.state import State
from phototag.errors import OutputNotWritable, PhototagError, printable_name
from phototag.files import new_file
from phototag.files.formats import BROWSER_SUFFIXES, suffix_of
from phototag.files.keyword_arguments import takes
from phototag.files.opening import absolute
from phototag.gallery.template import render
from phototag.metadata.about import About
from phototag.options import GalleryOptions
from phototag.outcome import Outcome
from phototag.wording import counted, plain
from phototag.worker import tasks
from phototag.worker.pool import Pool
from phototag.worker.source import PhotoFile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from phototag.analysis.result import Analysis
    from phototag.crops import Crop, Profile

SIDE: Final = 360  # px, long side of a thumbnail; also shown enlarged until the file is read
QUALITY: Final = 60  # of the thumbnails, WebP: about 12 kB each
TOGETHER: Final = 40  # thumbnails per piece of the page

NOTHING_SAID: Final = About()
DIGITS: Final = 5  # decimals of the sides of a crop

Roots = str | os.PathLike[str] | Iterable[str | os.PathLike[str]]


@takes(GalleryOptions)
def build(roots: Roots, options: GalleryOptions) -> list[PhototagError]:
    """Write a page on which the verdicts of many photos can be reviewed by eye.

    The page is one file, with reduced pictures, names, verdicts and reasons. It opens from disk and makes no
    network connections. Photos that a catalogue run has analysed are not analysed again. If there is no photo to
    show, no page is written.

    Args:
        roots: a folder or photo, or several.
        options: see ``GalleryOptions``; each is a keyword argument.

    Returns:
        The errors of single photos; the page lists them as well.

    Raises:
        OutputNotWritable: the page cannot be written.
        StateUnusable: the state file cannot be used.
    """
    return [outcome.error for outcome in stream(roots, options) if outcome.error is not None]


def stream(roots: Roots, options: GalleryOptions) -> Generator[Outcome]:
    """As ``build``, with one ``Outcome`` per photo as soon as it is done; the page exists after the last one, if one is on it."""
    target = Path(options.out).expanduser()
    if target.suffix.lower() not in {".html", ".htm"}:  # a typing error must not overwrite a photo
        raise OutputNotWritable(
            str(target), "the name of a gallery must end in .html or .htm", "add .html to the name"
        )
    with (
        Pool(options.workers, options.limits) as pool,
        Page(target, options.title, profiles=options.profiles, overwrite=options.overwrite) as page,
    ):

        def work(looked: AnalyzedPhoto) -> tuple[AnalyzedPhoto, tuple[bytes, About]]:
            photo = PhotoFile.of(looked.outcome.photo)
            return looked, tasks.preview(pool, photo, pool.limits, side=SIDE, quality=QUALITY)

        with State(options.state) as state:
            left = state.left().keys()
        for looked, shown in analyzed_photos(roots, pool, options=options, then=work):
            picture, about = shown or (b"", NOTHING_SAID)
            page.add(looked, picture, about, left=looked.picture in left)
            yield looked.outcome
        if page.has_photos:
            page.finish()


_MARK: Final = b'<meta name="generator" content="phototag">'  # in every such page


class Page:
    """A page being written.

    Args:
        target: its path.
        title: the page's title.
        profiles: the crop profiles; None = the built-in ones.
        overwrite: replace a file that is not such a page.

    Raises:
        OutputNotWritable: it cannot be written (detected when the context starts), or the disk is full.
    """

    def __init__(
        self,
        target: Path,
        title: str,
        *,
        profiles: Sequence[Profile] | None = None,
        overwrite: bool = False,
    ) -> None:
        self._target, self._title, self._overwrite = target, title, overwrite
        self._profiles = profiles
        self._rows: list[list[Any]] = []
        self._failures: list[str] = []
        self._pictures: IO[bytes] | None = None
        self._places: list[int] = []

    def __enter__(self) -> Self:
        new_file.check(str(self._target), _MARK, overwrite=self._overwrite)
        with self._told():
            # A file without a name, so that nothing is left of it in any case. It is in the folder of the
            # page: if that is not writable, the error comes before the first photo is analysed.
            self._pictures = tempfile.TemporaryFile(dir=self._target.parent)
        return self

    def __exit__(self, *_: object) -> None:
        if self._pictures is not None:
            with contextlib.suppress(OSError):  # a full disk, already reported when writing
                self._pictures.close()

    def add(
        self,
        looked: AnalyzedPhoto,
        picture: bytes,
        about: About = NOTHING_SAID,
        *,
        left: bool = False,
    ) -> None:
        """Add a photo to the page; arguments as for ``row``."""
        outcome = looked.outcome
        if outcome.error is not None:
            self._failures.append(f"{printable_name(outcome.photo)}: {outcome.error.message}")
            return
        assert outcome.analysis is not None
        assert self._pictures is not None
        folder = self._target.parent
        self._rows.append(row(outcome.analysis, looked.picture, folder, about, left=left))
        encoded = base64.b64encode(picture)
        with self._told():
            self._pictures.write(encoded)
        self._places.append(len(encoded))

    @property
    def has_photos(self) -> bool:
        """Whether there is a photo on the page."""
        return bool(self._rows)

    def finish(self) -> None:
        """Write the file, in one step or not at all.

        Raises:
            OutputNotWritable: it cannot be written.
        """
        target, overwrite = str(self._target), self._overwrite
        with new_file.new_file(target, _MARK, overwrite=overwrite) as file:
            self._write(file)

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            problem = f"the page cannot be written ({error.strerror or error})"
            raise OutputNotWritable(
                str(self._target), problem, "choose another file with -o"
            ) from error

    def _write(self, file: IO[bytes]) -> None:
        """Write first what can be used at once, then the pictures."""
        count = len(self._rows)
        head = render(
            title=self._title,
            profiles=self._profiles,
            rows=self._rows,
            failures=self._failures,
            notice=(
                f"This file contains reduced copies of {counted(count, 'photo')}, with names "
                "and paths, and phototag's findings. It connects to nothing. Anyone who has this file "
                "has the pictures; delete it when you are done."
            ),
        )
        file.write(head.encode("utf-8"))
        assert self._pictures is not None
        self._pictures.seek(0)
        for first in range(0, len(self._places), TOGETHER):
            pictures = [
                self._pictures.read(size) for size in self._places[first : first + TOGETHER]
            ]
            texts = b",".join(b'"' + picture + b'"' for picture in pictures)
            file.write(b"<script>gallery.thumbs(%d,[%s])</script>\n" % (first, texts))
        file.write(b"</body>\n</html>\n")


def live_page(title: str, nonce: str, profiles: Sequence[Profile] | None = None) -> str:
    """The page of a review: its photos come from the server that serves it.

    Args:
        title: of the page.
        nonce: of the content security policy that is sent with the page; a new one each time.
        profiles: the crop profiles that can be chosen; None = the built-in ones.
    """
    notice = "Served by phototag on this computer alone; it ends with the command."
    return render(title=title, profiles=profiles, notice=notice, nonce=nonce)


# Places in a row.
KIND: Final = 6
FINDINGS: Final = 9
SAID: Final = 15
THOUGHT: Final = 16
LEFT: Final = 22


def row(
    analysis: Analysis,
    picture: str,
    folder: Path,
    about: About = NOTHING_SAID,
    *,
    left: bool = False,
) -> list[Any]:
    """One photo in the form that ``page/rows.js`` reads.

    Args:
        analysis: with its scene.
        picture: hash of the picture.
        folder: from which the photo itself is shown.
        about: what the photo's owner has said of it.
        left: whether a person has seen it, and left it as it is.
    """
    scene = analysis.scene
    assert scene is not None
    judged = analysis.verdict
    start, *_, total = bars(analysis)
    path = absolute(analysis.path)
    return [
        picture,
        path,
        _url(path, folder),
        printable_name(Path(path).name),
        scene.image.width,
        scene.image.height,
        str(analysis.kind),
        round(analysis.confidence, 4),
        None if analysis.grade is None else str(analysis.grade),
        _findings(analysis),
        [
            [str(shape.layer), shape.points, int(shape.closed), shape.label, shape.name]
            for shape in shapes(analysis)
            if shape.layer is not Layer.CROP
        ],
        [_crop(crop) for crop in analysis.crops],
        list(analysis.keywords.hierarchical),
        round(max((face.box.height for face in scene.faces), default=0.0), 4),
        [[bar.name, bar.amount, bar.reason] for bar in (start, total)],
        analysis.decision.words(),
        *(
            (judged.thought and str(judged.thought), round(judged.thought_confidence, 4))
            if judged.corrected
            else (str(judged.kind), round(judged.confidence, 4))
        ),
        analysis.subjects.count,
        [[refusal.profile, refusal.reason] for refusal in analysis.refusals],
        list(about.keywords),
        about.rating,
        int(left),
    ]


def _findings(analysis: Analysis) -> list[list[Any]]:
    _, *criteria, _ = bars(analysis)
    return [
        [
            name,
            _value(finding.value),
            str(finding.status),
            bar.amount,
            round(finding.confidence, 3),
            finding.reason,
        ]
        for (name, finding), bar in zip(analysis.items(), criteria, strict=True)
    ]


def _crop(crop: Crop) -> list[Any]:
    box = crop.box
    sides = (round(side, DIGITS) for side in (box.x, box.y, box.width, box.height))
    return [
        crop.profile, crop.ratio, *crop.pixels, int(crop.recommended), crop.reason, *sides,
    ]  # fmt: skip


def _value(value: object) -> str | None:
    """A value in the form that the filters compare."""
    if isinstance(value, (tuple, list)):
        return plain(value) or None
    return None if value is None else str(value)


def _url(path: str, folder: Path) -> str:
    """The URL of the file itself, relative to the page; empty for formats that browsers do not show."""
    if suffix_of(path) not in BROWSER_SUFFIXES:
        return ""
    try:
        relative = os.path.relpath(path, folder.absolute())
    except ValueError:  # another drive
        return ""
    return quote_from_bytes(os.fsencode(relative.replace(os.sep, "/")))
