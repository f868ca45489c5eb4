"""Photos with every mixture of metadata that other programs leave behind, made with exiftool."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

NAMED_FACE: Final = (
    "-RegionInfo={AppliedToDimensions={W=160,H=120,Unit=pixel},RegionList=[{Area={X=0.5,Y=0.4,"
    "W=0.2,H=0.3,Unit=normalized},Name=%s,Type=Face}]}"
)
# "Animals" is not assigned, only what is below it.
ACDSEE: Final = (
    "<Categories><Category Assigned='0'>Animals<Category Assigned='1'>Cats</Category></Category>"
    "<Category Assigned='1'>Garden</Category></Categories>"
)
UTF8: Final = "-CodedCharacterSet=UTF8"
NEWS: Final = "-IPTC:Keywords=Neuigkeiten Überblick"

# Options of exiftool by the name of the photo; the suffix is its format.
MIXTURES: Final[dict[str, tuple[str, ...]]] = {
    "none.jpg": (),
    "flat.jpg": ("-XMP-dc:Subject=wedding", "-XMP-dc:Subject=Tante Käthe"),
    "hierarchical.jpg": ("-XMP-lr:HierarchicalSubject=Places|Europe|Rome",),
    "both.jpg": (
        "-XMP-dc:Subject=Rome", "-XMP-dc:Subject=holiday",
        "-XMP-lr:HierarchicalSubject=Places|Europe|Rome",
    ),
    "tagslist.jpg": ("-XMP-digiKam:TagsList=People/Family/Ann", "-XMP-digiKam:TagsList=garden"),
    "everything.jpg": (
        "-XMP-dc:Subject=Ann", "-XMP-lr:HierarchicalSubject=People|Ann",
        "-XMP-digiKam:TagsList=People/Ann", "-XMP-microsoft:LastKeywordXMP=People/Ann",
        UTF8, "-IPTC:Keywords=Ann", "-XMP-xmp:Rating=5",
    ),
    "windows.jpg": ("-XMP-microsoft:LastKeywordXMP=Trips/Alps", "-XMP-dc:Subject=Alps"),
    "iptc-utf8.jpg": (UTF8, NEWS, "-IPTC:Keywords=Köln", "-IPTC:City=Köln"),
    "iptc-latin1.jpg": ("-charset", "iptc=Latin1", NEWS, "-IPTC:Caption-Abstract=Grüße"),
    "iptc-and-flat.jpg": (UTF8, "-IPTC:Keywords=in iptc", "-XMP-dc:Subject=in xmp"),
    "windows-exif.jpg": ("-XPKeywords=xp one;xp two",),
    "windows-exif-and-flat.jpg": ("-XPKeywords=unseen", "-XMP-dc:Subject=seen"),
    "media-pro.jpg": ("-XMP-mediapro:CatalogSets=Trips|Alps", "-XMP-dc:Subject=Alps"),
    "acdsee.jpg": (
        "-XMP-acdsee:Categories=" + ACDSEE,
    ),
    "people.jpg": (NAMED_FACE % "Jane Doe", "-XMP-dc:Subject=party", "-XMP-xmp:Rating=3"),
    "rated.jpg": ("-XMP-xmp:Rating=4", "-XMP-xmp:Label=Green", "-XMP-dc:Subject=best"),
    **{
        f"turned{n}.jpg": (
            "-n", f"-Orientation={n}", f"-XMP-dc:Subject=turn {n}", NAMED_FACE % f"Person {n}",
        )
        for n in range(1, 9)
    },
    "a.png": ("-XMP-dc:Subject=png word", "-XMP-xmp:Rating=2"),
    "a.tif": ("-XMP-dc:Subject=tiff word", UTF8, "-IPTC:Keywords=tiff iptc"),
    "a.webp": ("-XMP-lr:HierarchicalSubject=Web|picture",),
}  # fmt: skip

# Photos whose tags stand in a sidecar, for programs that read one; the options are the sidecar's.
BESIDE: Final[dict[str, tuple[str, ...]]] = {
    "beside.jpg": ("-XMP-dc:Subject=beside", "-XMP-lr:HierarchicalSubject=Album|beside"),
    "rated-beside.jpg": ("-XMP-dc:Subject=stars", "-XMP-xmp:Rating=5"),
}


def build(folder: Path, exiftool: str, names: dict[str, tuple[str, ...]]) -> list[Path]:
    """Make the photos in a folder; no two have the same pixels."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, options in names.items():
        path = folder / name
        dice = np.random.default_rng(sum(map(ord, name)))
        patches = dice.integers(0, 255, (6, 8, 3), np.uint8)
        Image.fromarray(patches).resize((160, 120), Image.Resampling.BICUBIC).save(path)
        if options:
            command = [exiftool, "-q", "-q", "-m", "-overwrite_original", *options, str(path)]
            subprocess.run(command, check=True, timeout=60)
        paths.append(path)
    return paths


def put_beside(path: Path, exiftool: str, options: tuple[str, ...]) -> Path:
    """Give a photo a sidecar with these tags, as darktable and digiKam name it."""
    beside = path.with_name(path.name + ".xmp")
    subprocess.run([exiftool, "-q", "-q", "-o", str(beside), *options], check=True, timeout=60)
    return beside


def negative(path: Path) -> Path:
    """A file that stands in for a camera's negative: a TIFF with Exif words and a raw suffix."""
    picture = Image.new("RGB", (96, 64), "teal")
    tags = Image.Exif()
    tags[0x4746] = 3  # rating
    tags[0x0112] = 6
    picture.save(path, "TIFF", exif=tags)
    return path
