"""A learner's session without a browser: Streamlit's own messages over its WebSocket."""

import json
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect
from websockets.typing import Subprotocol

LIMIT_S = 120.0
"""No run of a page takes longer."""


@dataclass(frozen=True)
class Control:
    """A widget that can be moved: its id, its key, and what it can be set to, as the fields of a `WidgetState`."""

    id: str
    key: str
    states: list[dict[str, Any]]


@dataclass
class Reply:
    """What one run of the page's script answered: its seconds, and its elements in order."""

    seconds: float = 0.0
    elements: list[Element] = field(default_factory=list)

    def controls(self, prefix: str) -> list[Control]:
        """The controls whose key begins with `prefix`."""
        found = (control for element in self.elements if (control := _control(element)))
        return [control for control in found if control.key.startswith(prefix) and control.states]

    def place(self) -> str:
        """The section that the page shows; "" on a page without sections."""
        return str(self._component("place").get("place", ""))

    def _component(self, key: str) -> dict[str, Any]:
        found = (element.bidi_component for element in self.elements if element.WhichOneof("type") == "bidi_component")
        return next((json.loads(each.json) for each in found if key_of(each.id) == key), {})


class Session:
    """A connection that runs pages as a browser does: `open` one, then `move` its controls."""

    def __init__(self, url: str) -> None:
        """Connect to the server's WebSocket at `url`."""
        self._connection = connect(url, subprotocols=[Subprotocol("streamlit")], max_size=None)
        self._message = BackMsg()
        self._cache: dict[str, ForwardMsg] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._connection.close()

    def open(self, path: str, **query: str) -> Reply:
        """Open the page at `path` ("" for home) with these parameters in the address, its controls untouched."""
        self._message = BackMsg()
        client = self._message.rerun_script
        client.page_name = path
        client.query_string = urlencode(query)
        client.context_info.locale = "en-GB"
        client.context_info.color_scheme = "light"
        client.context_info.timezone = "UTC"
        return self._run()

    def move(self, widget_id: str, state: dict[str, Any], *, limit: float = LIMIT_S) -> Reply:
        """Give a widget a new state, a field of `WidgetState` and its value, and run the page.

        Raises TimeoutError after `limit` seconds; the next move then ends the run, as in a browser.
        """
        widgets = self._message.rerun_script.widget_states.widgets
        moved = next((widget for widget in widgets if widget.id == widget_id), None) or widgets.add(id=widget_id)
        for name, value in state.items():
            if name == "string_array_value":
                moved.string_array_value.data[:] = value
            else:
                setattr(moved, name, value)
        return self._run(limit)

    def rerun(self) -> Reply:
        """Run the page once more with everything as it is."""
        return self._run()

    def _run(self, limit: float = LIMIT_S) -> Reply:
        self._message.rerun_script.cached_message_hashes[:] = list(self._cache)
        reply = Reply()
        began = time.perf_counter()
        self._connection.send(self._message.SerializeToString())
        _acknowledge_at_once(self._connection.socket)
        while not _is_finished(message := self._received(began + limit - time.perf_counter())):
            self._note(message, reply)
        reply.seconds = time.perf_counter() - began
        return reply

    def _received(self, patience: float) -> ForwardMsg:
        """The next message, or the one that it refers to: large ones are sent once, as to a browser."""
        data = self._connection.recv(max(0.0, patience))
        _acknowledge_at_once(self._connection.socket)
        message: ForwardMsg = ForwardMsg.FromString(data if isinstance(data, bytes) else data.encode())
        if message.WhichOneof("type") == "ref_hash":
            return self._cache[message.ref_hash]
        if message.metadata.cacheable:
            self._cache[message.hash] = message
        return message

    def _note(self, message: ForwardMsg, reply: Reply) -> None:
        kind = message.WhichOneof("type")
        if kind == "new_session":
            reply.elements.clear()
        elif kind == "navigation":
            self._message.rerun_script.page_name = ""
            self._message.rerun_script.page_script_hash = message.navigation.page_script_hash
        elif kind == "page_info_changed":
            self._message.rerun_script.query_string = message.page_info_changed.query_string
        elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            reply.elements.append(_sound(message.delta.new_element))


def _acknowledge_at_once(connection: socket.socket) -> None:
    """Do as browsers do: the server holds small messages back until the last one is acknowledged, Linux waits 40 ms."""
    if hasattr(socket, "TCP_QUICKACK"):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)


def _is_finished(message: ForwardMsg) -> bool:
    ended = message.WhichOneof("type") == "script_finished"
    return ended and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN


def _sound(element: Element) -> Element:
    """The element itself; RuntimeError where it says that the page failed."""
    if element.WhichOneof("type") == "exception":
        raise RuntimeError(f"The page failed: {element.exception.message}")
    if element.WhichOneof("type") == "alert" and element.alert.format == element.alert.ERROR:
        raise RuntimeError(f"The page shows an error: {element.alert.body}")
    return element


def _control(element: Element) -> Control | None:
    kind = element.WhichOneof("type") or ""
    states = {
        "bidi_component": _slider_states,
        "button_group": _button_states,
        "checkbox": lambda _: iter([{"bool_value": True}, {"bool_value": False}]),
        "selectbox": lambda box: ({"string_value": option} for option in box.options),
        "number_input": _number_states,
    }.get(kind)
    widget = getattr(element, kind, None)
    return Control(widget.id, key_of(widget.id), list(states(widget))) if states and widget else None


def _slider_states(slider: Any) -> Iterator[dict[str, Any]]:
    """Each position of the app's live slider, held by the hand, so that the address does not follow yet."""
    for index in range(len(json.loads(slider.json or "{}").get("texts", []))):
        move = {"index": index, "sequence": index + 1, "settled": False}
        yield {"json_value": json.dumps({"moved": move})}


def _button_states(group: Any) -> Iterator[dict[str, Any]]:
    for option in group.options:
        yield {"string_array_value": [option.content]}


def _number_states(number: Any) -> Iterator[dict[str, Any]]:
    """Ten numbers up from the least, in the widget's own steps."""
    for step in range(10):
        yield {"double_value": min(number.min + step * number.step, number.max)}


def key_of(widget_id: str) -> str:
    """The key that the page gave to a widget: the end of the widget's id, `$$ID-<hash>-<key>`.

    >>> key_of("$$ID-0123abcd-slope_x")
    'slope_x'
    """
    return widget_id.split("-", 2)[-1]
