"""The worker: one file in, what may be sent out. `python -m bot.workshop SECONDS MEGABYTES`, words as in `wire.py`.

With `chart` behind it the plan of a picture comes in, and the picture goes out.
"""

import os
import sys
from collections.abc import Iterator
from typing import IO

from bot.domain.chat import MAX_FILE_BYTES
from bot.domain.day_chart import ChartPlan
from bot.workshop import jpeg, mp4, png
from bot.workshop.kinds import Kind, kind_of
from bot.workshop.limits import allow_threads, confine, forbid_processes
from bot.workshop.unfit import Unfit
from bot.workshop.wire import CHART, PLAIN, put

JPEG, PNG, MP4 = "image/jpeg", "image/png", "video/mp4"


def main() -> None:
    """Confine, read, answer. The answer has a stream of its own, so that a library that prints cannot garble it."""
    confine(float(sys.argv[1]), int(sys.argv[2]))
    answer = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    content = sys.stdin.buffer.read()
    if sys.argv[3:] == [CHART]:
        draw(content, answer)
    else:
        work(content, answer)


def work(content: bytes, answer: IO[bytes]) -> None:
    """Say the kind, then each finished file, then the end; or why not."""
    given = ""
    try:
        kind = kind_of(content)
        given = kind.value
        put(answer, {"given": given})
        for content_type, made in prepared(kind, content):
            put(answer, {"content_type": content_type, "size": len(made)}, made)
        put(answer, {"end": True})
    except Unfit as unfit:
        print(getattr(unfit, "why", unfit.reason), file=sys.stderr)
        put(answer, {"reason": unfit.reason, "facts": unfit.facts})
    except BrokenPipeError:
        os._exit(1)  # nobody listens any more
    except Exception as error:  # whatever a hostile file makes a library raise, the file is what is wrong
        print(repr(error), file=sys.stderr)
        put(answer, {"reason": "file_broken", "facts": {"given": given}})


def draw(content: bytes, answer: IO[bytes]) -> None:
    """The picture of a plan; a plan is our own, so that what goes wrong with it is a defect and ends the worker."""
    from bot.workshop.chart import drawn

    forbid_processes()
    picture = drawn(ChartPlan.from_json(content))
    put(answer, {"given": PNG if picture.has_font else PLAIN})
    put(answer, {"content_type": PNG, "size": len(picture.content)}, picture.content)
    put(answer, {"end": True})


def prepared(kind: Kind, content: bytes) -> Iterator[tuple[str, bytes]]:
    """Content type and bytes of each file that goes out.

    Raises:
        Unfit: it cannot be sent.
    """
    if kind is not Kind.HEIC:
        forbid_processes()
    match kind:
        case Kind.JPEG:
            yield JPEG, _of_jpeg(content)
        case Kind.PNG:
            yield _of_png(content)
        case Kind.MP4:
            yield MP4, _of_mp4(content)
        case Kind.HEIC:
            from bot.workshop.pictures import of_heic

            allow_threads()
            yield JPEG, of_heic(content)
        case Kind.WEBP:
            from bot.workshop.pictures import of_webp

            yield JPEG, of_webp(content)
        case Kind.PDF:
            from bot.workshop.pages import drawn

            yield from ((PNG, page) for page in drawn(content))


def _of_jpeg(content: bytes) -> bytes:
    from bot.workshop.pictures import check_jpeg, shrunk

    picture = jpeg.strip(content)
    made = jpeg.assembled(picture)
    if len(made) > MAX_FILE_BYTES:
        return shrunk(made, "JPEG", picture.orientation)
    check_jpeg(made, picture.width, picture.height)
    return made


def _of_png(content: bytes) -> tuple[str, bytes]:
    picture = png.strip(content)
    made = png.assembled(picture)
    if len(made) <= MAX_FILE_BYTES:
        return PNG, made
    from bot.workshop.pictures import shrunk

    return JPEG, shrunk(made, "PNG", picture.orientation)


def _of_mp4(content: bytes) -> bytes:
    made = mp4.clean(content)
    if len(made) > MAX_FILE_BYTES:
        raise Unfit("file_size", megabytes=f"{len(made) / 2**20:.1f}", limit=str(MAX_FILE_BYTES // 2**20))
    return made


if __name__ == "__main__":
    main()
