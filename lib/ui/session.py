"""What Streamlit knows of the running script and shows through no public command. The only place that asks."""

from streamlit.runtime.scriptrunner import get_script_run_ctx


def running() -> bool:
    """Whether this code runs for a visitor, so that there are a session and an address."""
    return get_script_run_ctx(suppress_warning=True) is not None


def came_by_history() -> bool:
    """Whether the visitor came to this address with the browser's back or forward button."""
    context = get_script_run_ctx(suppress_warning=True)
    return context is not None and context.is_history_navigation
