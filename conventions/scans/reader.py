"""Reads a scan apart from the portal: a hostile file can only harm this process.

Run as a program on a PDF by ``conventions.scans.reading``: ``check``, ``read``, ``show``, ``take``.
It imports nothing of the portal.
"""

import json
import re
import resource
import signal
import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import zxingcpp
from PIL import Image, ImageStat

MEMORY = 1_000_000_000  # bytes of address space
SECONDS_PER_PAGE = 10  # of processor, whatever the machine does beside
MAX_PIXELS = 30_000_000  # of a drawn page
MAX_IMAGE_PIXELS = 120_000_000  # of an image in the file, as it says itself
PAGE_CODE = re.compile(r"/([0-9A-Z]{4})-?([0-9A-Z]{4})/?#(\d{1,4})-(\d{1,4})$")
MAX_CHECKED = 400  # pages whose images are looked at
FINE, FINER = 200, 300  # dots per inch
# A blank page is not quite white: its paper and its scanner leave a grain.
BLANK_SPREAD = 6.0


def draw(page: Any, dots: int, rotation: int = 0) -> Image.Image:
    """The page in grey, at ``dots`` per inch, fewer when it is immense."""
    scale = dots / 72
    width, height = page.get_size()
    pixels = width * height * scale * scale
    if pixels > MAX_PIXELS:
        scale *= (MAX_PIXELS / pixels) ** 0.5
    bitmap = page.render(scale=scale, rotation=rotation, grayscale=True, may_draw_forms=False)
    return bitmap.to_pil().convert("L")


def codes_of(image: Image.Image) -> list[tuple[str, int, int, int]]:
    """The page codes on an image: document, page, pages, degrees to turn back clockwise."""
    found = {}
    for barcode in zxingcpp.read_barcodes(image):
        if barcode.format != zxingcpp.BarcodeFormat.QRCode:
            continue
        read = PAGE_CODE.search(barcode.text)
        if read:
            first, last, number, total = read.groups()
            turned = -round(barcode.orientation / 90) * 90 % 360
            found[(first + last, int(number), int(total))] = turned
    return [(*code, turned) for code, turned in found.items()]


def is_blank(image: Image.Image) -> bool:
    """Whether the page bears nothing: its middle, small, is one shade."""
    width, height = image.size
    inside = image.crop((width // 20, height // 20, width - width // 20, height - height // 20))
    small = inside.resize((64, 90), Image.Resampling.BOX)
    return float(ImageStat.Stat(small).stddev[0]) < BLANK_SPREAD


def images_of(page: Any) -> list[Any]:
    """The images a page uses, one level of forms included."""
    forms = page.get("/Resources", {}).get("/XObject", {})
    found = []
    for _name, one in forms.items():
        if one.get("/Subtype") == "/Form":
            found += list(one.get("/Resources", {}).get("/XObject", {}).values())
        else:
            found.append(one)
    return [one for one in found if one.get("/Subtype") == "/Image"]


def pixels_of(image: Any) -> int:
    return int(image.get("/Width", 0)) * int(image.get("/Height", 0))


def check(path: str) -> None:
    """Says how many pages the file has, or why it cannot be read."""
    try:
        with pikepdf.open(path) as pdf:
            if pdf.is_encrypted:
                say({"problem": "encrypted"})
                return
            for page in pdf.pages[:MAX_CHECKED]:
                for image in images_of(page.obj):
                    if (
                        int(image.get("/Width", 0)) * int(image.get("/Height", 0))
                        > MAX_IMAGE_PIXELS
                    ):
                        say({"problem": "bomb"})
                        return
            say({"pages": len(pdf.pages)})
    except pikepdf.PasswordError:
        say({"problem": "encrypted"})
    except pikepdf.PdfError:
        say({"problem": "broken"})


def read(path: str, first: str) -> None:
    """A line for each page from ``first``: its codes, and whether it is blank."""
    pdf = pypdfium2.PdfDocument(path)
    for position in range(int(first), len(pdf) + 1):
        signal.setitimer(signal.ITIMER_PROF, SECONDS_PER_PAGE)
        page = pdf[position - 1]
        image = draw(page, FINE)
        codes = codes_of(image) or codes_of(draw(page, FINER))
        blank = not codes and is_blank(image)
        say({"page": position, "codes": codes, "blank": blank})
        page.close()


def show(path: str, position: str, turned: str) -> None:
    """The page as a PNG, straight, for a person to read on a screen."""
    page = pypdfium2.PdfDocument(path)[int(position) - 1]
    image = draw(page, 100, rotation=int(turned))
    file = BytesIO()
    image.save(file, "PNG", optimize=True)
    sys.stdout.buffer.write(file.getvalue())


def take(path: str, position: str, turned: str) -> None:
    """The page alone as a PDF, straight."""
    with pikepdf.open(path) as pdf, pikepdf.new() as alone:
        alone.pages.append(pdf.pages[int(position) - 1])
        if int(turned):
            alone.pages[0].rotate(int(turned), relative=True)
        file = BytesIO()
        alone.save(file)
    sys.stdout.buffer.write(file.getvalue())


def say(line: dict[str, Any]) -> None:
    print(json.dumps(line), flush=True)  # noqa: T201


ACTS: dict[str, Callable[..., None]] = {"check": check, "read": read, "show": show, "take": take}


def main(act: str, path: str, *rest: str) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.setitimer(signal.ITIMER_PROF, SECONDS_PER_PAGE)
    assert Path(path).is_file()
    ACTS[act](path, *rest)


if __name__ == "__main__":
    main(*sys.argv[1:])
