"""The app's own front-end components, from assets/components; each is mounted by a function of its name."""

from pathlib import Path
from typing import Any

import streamlit as st

ASSETS = Path(__file__).resolve().parents[2] / "assets" / "components"


def _mount(name: str) -> Any:
    def asset(kind: str) -> str | None:
        path = ASSETS / f"{name}.{kind}"
        return path.read_text(encoding="utf-8") if path.exists() else None

    return st.components.v2.component(f"unfold_{name}", html=asset("html"), css=asset("css"), js=asset("js"))


slider = _mount("slider")
pulse = _mount("pulse")
place = _mount("place")
share = _mount("share")
tongue = _mount("tongue")
