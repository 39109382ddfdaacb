"""Unfold, a course in deep learning: `streamlit run streamlit_app.py`.

The file is read twice. When the server starts it defines `app`, so that the trainer is warm before the first visitor
comes; for each visitor it is run as a script, which shows the frame and the page.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st
from starlette.middleware import Middleware

from lib.ui import shell
from lib.ui.course import COURSE

if not st.runtime.exists():

    @asynccontextmanager
    async def lifespan(_: st.App) -> AsyncIterator[None]:
        """Keep a trainer as long as the server runs."""
        from lib.ui import training

        shell.warm()
        training.start()
        try:
            yield
        finally:
            training.stop()

    app = st.App(
        __file__,
        lifespan=lifespan,
        middleware=[Middleware(shell.HomeForTheLost, course=COURSE, base=st.get_option("server.baseUrlPath") or "")],
        on_script_error=shell.apologize,
    )
else:
    shell.begin()
    shell.navigate(COURSE)
