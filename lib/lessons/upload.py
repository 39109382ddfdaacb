"""A photograph of the learner's own, made small, and forgotten when the page is closed."""

from typing import Any

import numpy as np
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from lib import uploads
from lib.ui.text import mark, t

FORMATS = ["jpg", "jpeg", "png", "webp", "gif", "bmp"]
ERRORS = {
    "bytes": mark("The file has {came:,} bytes; at most {most:,} are taken. Make the picture smaller."),
    "pixels": mark("The picture has {came:,} pixels; at most {most:,} are taken. Make it smaller."),
    "unreadable": mark("This is no picture that can be read. Take one of {formats}."),
}


def photograph(key: str) -> np.ndarray | None:
    """Ask for a photograph, and return its pixels; None, with a sentence on the page, while there are none."""
    file = st.file_uploader(t("A photograph of yours"), type=FORMATS, key=key, on_change=_forget, args=(key,))
    if file is None and f"{key} decoded" not in st.session_state:
        st.info(t("Choose a picture; it is made small, and forgotten when you close the page."))
        return None
    try:
        return _decoded(file, key)
    except uploads.UploadError as error:
        st.error(t(ERRORS[error.reason], **error.values))
        return None


def _forget(key: str) -> None:
    """Let the picture go that was taken away. One whose uploader has left the screen stays."""
    if st.session_state[key] is None:
        st.session_state.pop(f"{key} decoded", None)


def _decoded(file: UploadedFile | None, key: str) -> np.ndarray:
    """The pixels of an uploaded picture, or the error that it gives, kept for this visitor until another one comes."""
    kept: Any = st.session_state.get(f"{key} decoded")
    if file is not None and (kept is None or kept[0] != file.file_id):
        try:
            kept = file.file_id, uploads.decode(file.getvalue())
        except uploads.UploadError as error:
            kept = file.file_id, error
        st.session_state[f"{key} decoded"] = kept
    pixels: np.ndarray | uploads.UploadError = kept[1]
    if isinstance(pixels, uploads.UploadError):
        raise pixels
    return pixels
