"""The app's own front-end components, from assets/components; each is mounted by a function of its name."""

from pathlib import Path
from typing import Any

import streamlit as st

ASSETS = Path(__file__).resolve().parents[2] / "assets" / "components"


def _mount(name: str, *parts: str) -> Any:
    """Mount a component; what it needs of the scripts of `parts` stands above its own."""

    def asset(kind: str, name: str = name) -> str:
        path = ASSETS / f"{name}.{kind}"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    script = "\n".join(asset("js", part) for part in (*parts, name))
    return st.components.v2.component(f"unfold_{name}", html=asset("html") or None, css=asset("css") or None, js=script)


slider = _mount("slider", "sender")
pulse = _mount("pulse")
place = _mount("place")
plane = _mount("plane", "sender", "plane_picture")
share = _mount("share")
tongue = _mount("tongue")
fold = _mount("fold", "network")
paper = _mount("paper", "network", "paper_model", "paper_picture")
playground = _mount("playground", "network", "playground_picture", "playground_model")
pad = _mount("pad", "sender")
