"""Uploads: pictures within bounds become small arrays, everything else is refused before it costs anything."""

import contextlib
import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from lib import uploads
from lib.lessons.upload import ERRORS
from lib.uploads import UploadError, decode


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def png_that_claims(width: int, height: int) -> bytes:
    """A PNG of a few bytes whose header promises so many pixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(b"\0")), (b"IEND", b"")]
    parts = (
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP"])
@pytest.mark.parametrize("mode", ["RGB", "L", "P"])
def test_pictures_become_small_arrays_in_three_colours(kind: str, mode: str) -> None:
    pixels = decode(
        encoded(Image.new("RGB", (640, 320), "white").convert(mode if kind != "JPEG" or mode != "P" else "L"), kind)
    )
    assert pixels.shape == (128, 256, 3)
    assert pixels.dtype == np.uint8
    assert not pixels.flags.writeable


def test_a_transparent_picture_has_three_colours_too() -> None:
    assert decode(encoded(Image.new("RGBA", (10, 20), (255, 0, 0, 0)))).shape == (20, 10, 3)


def test_a_black_drawing_on_transparent_ground_lies_on_white() -> None:
    drawing = Image.new("RGBA", (30, 20), (0, 0, 0, 0))
    drawing.paste((0, 0, 0, 255), (10, 5, 20, 15))
    grey = Image.fromarray(np.array(drawing)[..., 3]).point(lambda opacity: 255 - opacity)
    indexed = drawing.convert("LA").convert("RGBA").quantize(4)
    for content in (
        encoded(drawing),
        encoded(drawing, "WEBP", lossless=True),
        encoded(drawing.convert("LA")),
        encoded(indexed),
    ):
        np.testing.assert_array_equal(decode(content), np.repeat(np.array(grey)[..., None], 3, axis=2))


def test_half_transparent_ink_is_half_as_dark() -> None:
    assert decode(encoded(Image.new("RGBA", (9, 9), (0, 0, 0, 128))))[0, 0].tolist() == [127, 127, 127]


@pytest.mark.parametrize("turned", [1, 6])
def test_16_bits_a_pixel_are_scaled_to_8(turned: int) -> None:
    deep = np.linspace(0, 65_535, 12, dtype=np.uint16).reshape(3, 4)
    exif = Image.Exif()
    exif[0x0112] = turned
    pixels = decode(encoded(Image.fromarray(deep), exif=exif))
    expected = (deep / 257).round()
    np.testing.assert_allclose(pixels[..., 0], np.rot90(expected, -1) if turned == 6 else expected, atol=1)
    assert (pixels == pixels[..., :1]).all()


def test_a_transparent_grey_of_16_bits_lies_on_white() -> None:
    deep = np.array([[0x1234, 0x8000], [0xFFFF, 0]], np.uint16)
    pixels = decode(encoded(Image.fromarray(deep), transparency=0x1234))
    assert pixels[..., 0].tolist() == [[255, 0x80], [255, 0]]


def test_a_small_picture_keeps_its_size_and_colours() -> None:
    image = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
    np.testing.assert_array_equal(decode(encoded(Image.fromarray(image))), image)


def test_a_turned_photograph_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # a quarter turn
    assert decode(encoded(Image.new("RGB", (40, 20)), "JPEG", exif=exif)).shape == (40, 20, 3)


def test_a_large_file_is_refused() -> None:
    with pytest.raises(UploadError, match="has 5,000,001 bytes") as caught:
        decode(b"\0" * (uploads.MOST_BYTES + 1))
    assert caught.value.values == {"came": 5_000_001, "most": 5_000_000}


@pytest.mark.parametrize(("width", "height"), [(5000, 4001), (9000, 9000), (10_000, 10_000), (60_000, 60_000)])
def test_a_small_file_of_too_many_pixels_is_refused_before_decoding(width: int, height: int) -> None:
    with pytest.raises(UploadError) as caught:
        decode(png_that_claims(width, height))
    assert caught.value.reason in ("pixels", "unreadable")


@pytest.mark.parametrize(
    "content",
    [b"", b"text", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"<svg/>", png_that_claims(10, 10), b"%PDF-1.4", b"\xff\xd8\xff"],
)
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    with pytest.raises(UploadError) as caught:
        decode(content)
    assert caught.value.reason == "unreadable"


def test_two_hundred_bad_pictures_each_get_a_sentence() -> None:
    whole = [encoded(Image.new("RGB", (90, 60), "red"), kind) for kind in ("PNG", "JPEG", "WEBP", "GIF", "BMP")]
    headless = [picture[at:] for picture in whole for at in range(1, 21)]
    torn = [picture[: int(len(picture) * share / 40)] for picture in whole for share in range(1, 21)]
    assert len({*headless, *torn}) >= 195
    for content in [*headless, *torn, b"", b"<svg/>", b"\0" * 99, png_that_claims(9000, 9000), png_that_claims(0, 0)]:
        with pytest.raises(UploadError) as caught:
            decode(content)
        assert ERRORS[caught.value.reason].format(**caught.value.values)


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=300), st.integers(0, 200), st.sampled_from(["PNG", "JPEG", "WEBP", "GIF", "BMP"]))
def test_broken_pictures_raise_nothing_else(noise: bytes, at: int, kind: str) -> None:
    whole = encoded(Image.new("RGB", (20, 20), "red"), kind)
    with contextlib.suppress(UploadError):
        decode(whole[:at] + noise + whole[at + len(noise) :])
