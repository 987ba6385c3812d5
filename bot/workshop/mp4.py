"""An MP4 without anything of its maker: its pictures and sounds stay where they are, all else is blanked.

Kept are the boxes a player needs of video and sound tracks. Places, times, names, XMP, tracks of positions or text
and every byte of the media that no kept track points to are zeroed, so offsets stay as they were.
"""

from bot.workshop.boxes import Box, blank, box_at, broken, inside, keep_only, numbers, zero
from bot.workshop.samples import Span, merged, spans_of
from bot.workshop.unfit import Unfit

MEDIA = (b"vide", b"soun")
STAYS_ON_TOP = frozenset((b"ftyp", b"moov", b"mdat"))
NEVER_CUT = STAYS_ON_TOP | {b"moof"}
IN_TABLES = frozenset(
    (b"stsd", b"stts", b"ctts", b"cslg", b"stss", b"stsc", b"stsz", b"stz2", b"stco", b"co64", b"sdtp")
)
SAMPLE_GROUPS = frozenset((b"sgpd", b"sbgp"))
OF_CODEC = frozenset(
    b"avcC hvcC av1C vpcC esds colr pasp clap btrt fiel dvcC dvvC dvwC mdcv clli SmDm CoLL dac3 dec3 dOps alac chan "
    b"chnl srat wave".split()
)
VISUAL_BYTES, SOUND_BYTES = 78, 28
MORE_SOUND_BYTES = {0: 0, 1: 16, 2: 36}
MAX_BRANDS_BYTES = 256
MAX_TOP_BOXES = 4096
MAX_TRACKS = 32


def clean(content: bytes) -> bytes:
    """The video as it may go out.

    Raises:
        Unfit: `file_broken`; `file_kind` for pieces of a stream and for sound alone.
    """
    movie = bytearray(content)
    top = _top_boxes(movie)
    if any(box.kind == b"moof" for box in top):
        raise Unfit("file_kind", given="MP4 in fragments")
    kept = keep_only(movie, top, (b"ftyp", b"moov"), several=(b"mdat",))
    if b"moov" not in kept or top[0].kind != b"ftyp" or top[0].end - top[0].at > MAX_BRANDS_BYTES:
        broken("no index, or no beginning")
    spans = merged(_clean_index(movie, kept[b"moov"]))
    _zero_between(movie, [box for box in top if box.kind == b"mdat"], spans)
    while top[-1].kind not in STAYS_ON_TOP:
        top.pop()
    return bytes(memoryview(movie)[: top[-1].end])


def _top_boxes(movie: bytearray) -> list[Box]:
    """The outermost boxes. What follows them and is no box is another file hung on, and is left out."""
    found: list[Box] = []
    at = 0
    while at < len(movie):
        box = box_at(movie, at, len(movie))
        if box is None:
            if bytes(movie[at + 4 : at + 8]) in NEVER_CUT or not {b"moov", b"mdat"} <= {box.kind for box in found}:
                broken("cut off")
            return found
        if len(found) == MAX_TOP_BOXES:
            broken("too many boxes")
        found.append(box)
        at = box.end
    return found


def _clean_index(movie: bytearray, index: Box) -> list[Span]:
    """Clean the `moov` box; the places of everything that its video and sound tracks play."""
    found = inside(movie, index.body, index.end)
    tracks = [box for box in found if box.kind == b"trak"]
    head = keep_only(movie, found, (b"mvhd",), several=(b"trak",))
    if b"mvhd" not in head or len(tracks) > MAX_TRACKS:
        broken("no head, or too many tracks")
    _zero_times(movie, head[b"mvhd"])
    spans: list[Span] = []
    kinds: set[bytes] = set()
    for track in tracks:
        kind, places = _clean_track(movie, track)
        spans += places
        kinds |= {kind} if places else set()
    if b"vide" not in kinds:
        if b"soun" in kinds:
            raise Unfit("file_kind", given="MP4 audio")
        broken("nothing to play")
    return spans


def _clean_track(movie: bytearray, track: Box) -> tuple[bytes, list[Span]]:
    """The kind of a track and the places of its samples; a track of another kind is blanked and has none."""
    parts = {box.kind: box for box in inside(movie, track.body, track.end)}
    media = {box.kind: box for box in _inside(movie, parts, b"mdia")}
    handler = _part(media, b"hdlr")
    kind = bytes(movie[handler.body + 8 : handler.body + 12])
    if kind not in MEDIA:
        blank(movie, track)
        return kind, []
    parts = keep_only(movie, inside(movie, track.body, track.end), (b"tkhd", b"mdia", b"edts"))
    media = keep_only(movie, _inside(movie, parts, b"mdia"), (b"mdhd", b"hdlr", b"minf"))
    for head in (_part(parts, b"tkhd"), _part(media, b"mdhd")):
        _zero_times(movie, head)
    if b"edts" in parts:
        keep_only(movie, _inside(movie, parts, b"edts"), (b"elst",))
    zero(movie, handler.body + 12, handler.end)
    information = keep_only(movie, _inside(movie, media, b"minf"), (b"vmhd", b"smhd", b"dinf", b"stbl"))
    _check_source(movie, information)
    tables = keep_only(movie, _inside(movie, information, b"stbl"), IN_TABLES, several=SAMPLE_GROUPS)
    _clean_descriptions(movie, _part(tables, b"stsd"), is_visual=kind == b"vide")
    return kind, spans_of(movie, tables)


def _check_source(movie: bytearray, information: dict[bytes, Box]) -> None:
    """The media must be in the file itself, not at an address."""
    if b"dinf" not in information:
        return
    found = keep_only(movie, _inside(movie, information, b"dinf"), (b"dref",))
    references = _part(found, b"dref")
    for reference in inside(movie, references.body + 8, references.end):
        if reference.end - reference.body < 4 or not movie[reference.body + 3] & 1:
            broken("media somewhere else")
        zero(movie, reference.body + 4, reference.end)


def _clean_descriptions(movie: bytearray, descriptions: Box, *, is_visual: bool) -> None:
    """What the samples are coded with stays, the name of the coder goes."""
    for entry in inside(movie, descriptions.body + 8, descriptions.end):
        fixed = VISUAL_BYTES if is_visual else SOUND_BYTES
        if entry.end - entry.body < fixed:
            broken("a short description")
        if is_visual:
            zero(movie, entry.body + 8, entry.body + 24)
            zero(movie, entry.body + 42, entry.body + 74)
        else:
            fixed += MORE_SOUND_BYTES.get(int.from_bytes(movie[entry.body + 8 : entry.body + 10], "big"), 0)
        for part in inside(movie, entry.body + fixed, entry.end):
            if part.kind not in OF_CODEC:
                blank(movie, part)


def _zero_times(movie: bytearray, head: Box) -> None:
    """When it was made and changed, in `mvhd`, `tkhd` and `mdhd` alike: two numbers behind the version."""
    size = 8 if numbers(movie, head, 0, 1)[0] >> 24 == 1 else 4
    if head.body + 4 + 2 * size > head.end:
        broken("a short head")
    zero(movie, head.body + 4, head.body + 4 + 2 * size)


def _zero_between(movie: bytearray, media: list[Box], spans: list[Span]) -> None:
    """Zero what no kept track plays.

    Raises:
        Broken: something to be played is not in the media.
    """
    played = 0
    for box in media:
        at = box.body
        for start, end in spans:
            if box.body <= start and end <= box.end:
                zero(movie, at, start)
                at = end
                played += 1
        zero(movie, at, box.end)
    if played != len(spans):
        broken("media is missing")


def _inside(movie: bytearray, parts: dict[bytes, Box], kind: bytes) -> list[Box]:
    box = _part(parts, kind)
    return inside(movie, box.body, box.end)


def _part(parts: dict[bytes, Box], kind: bytes) -> Box:
    if kind not in parts:
        broken("a part is missing")
    return parts[kind]
