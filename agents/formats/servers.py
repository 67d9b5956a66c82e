"""MCP servers as other programs write them down."""

import re
from typing import Any
from urllib.parse import urlsplit

from agents.formats.collected import Collected, as_settings
from agents.models import AuthMethod, State, Transport
from agents.services.cleaning import ADDRESS_LIMIT, HTTP

# Under which names other programs say where a server is; of those that are there the first is its address.
ADDRESSES = ("url", "endpoint", "uri", "command", "cmd", "ref", "container")
BY_NETWORK = ("url", "endpoint", "uri")
TRANSPORTS = {
    "sse": Transport.SSE, "stdio": Transport.STDIO, "http": Transport.STREAMABLE_HTTP,
    "streamable": Transport.STREAMABLE_HTTP, "streamable-http": Transport.STREAMABLE_HTTP,
    "streamable_http": Transport.STREAMABLE_HTTP,
}  # fmt: skip
# Arguments that say how a server is started, and not which.
RUNNERS = {"run", "mcp", "gateway", "exec", "dlx", "x", "tool"}


def is_server(settings: Any) -> bool:
    """Whether the settings of a tool are those of a server of tools."""
    if not isinstance(settings, dict):
        return False
    if settings.get("type") in ("mcp", *TRANSPORTS) or isinstance(settings.get("mcp"), dict):
        return True
    return any(isinstance(settings.get(name), str) for name in ("url", "uri", "command", "cmd", "container"))


def add_servers(into: Collected, found: Any, within: str = "") -> Any:
    """Take servers out of a map by name, or a list; what is neither is given back, to be kept elsewhere."""
    if isinstance(found, dict):
        strange = {name: each for name, each in found.items() if not isinstance(each, dict)}
        for name, each in found.items():
            if isinstance(each, dict):
                add_server(into, name, each, within)
        return strange or None
    if isinstance(found, list):
        for each in found:
            if isinstance(each, dict):
                add_server(into, "", each, within)
        return [each for each in found if not isinstance(each, dict)] or None
    return found


def add_server(into: Collected, name: str, settings: dict[str, Any], within: str = "") -> None:
    """One server. `within` is the agent of a team that it belongs to."""
    config = dict(settings)
    if config.get("type") == "mcp":
        del config["type"]
    inner = config.get("mcp")
    if isinstance(inner, dict) and not inner.keys() & config.keys():
        del config["mcp"]
        config |= inner
    name = name or _said_name(config) or _derived_name(config)
    endpoint, transport = _address(config)
    name = f"{within}/{name}" if within else name
    paused = config.get("disabled") is True or config.get("enabled") is False
    called = into.named("mcp_servers", name)
    row = {
        "name": called, "endpoint": endpoint, "transport": transport.value,
        "auth_method": _auth_method(config).value, "config": as_settings(name, config),
        "status": (State.PAUSED if paused else State.ACTIVE).value,
    }  # fmt: skip
    into.put("mcp_servers", called, row)


def _address(config: dict[str, Any]) -> tuple[str, Transport]:
    """Where the server is and how it is reached, taken out of its settings."""
    holder, place = config, _place(config)
    remote = config.get("remote")
    if not place and isinstance(remote, dict) and _place(remote):
        config["remote"] = holder = dict(remote)
        place = _place(holder)
    transport = Transport.STREAMABLE_HTTP if place in BY_NETWORK else Transport.STDIO
    endpoint = str(holder.pop(place)) if place else ""
    for name in ("transport", "transport_type", "type"):
        wanted = TRANSPORTS.get(holder[name]) if isinstance(holder.get(name), str) else None
        if wanted:
            transport = wanted
            if holder[name] == wanted.value:
                del holder[name]
            break
    if transport != Transport.STDIO and endpoint and not _reachable(endpoint):
        holder[place], endpoint = endpoint, ""
    if holder is not config and not holder:
        del config["remote"]
    return endpoint, transport


def _place(config: dict[str, Any]) -> str:
    for name in ADDRESSES:
        said = config.get(name)
        if isinstance(said, str) and 0 < len(said) <= ADDRESS_LIMIT and said == said.strip():
            return name
    return ""


def _reachable(endpoint: str) -> bool:
    return bool(HTTP.match(endpoint)) or endpoint.startswith(("${", "{{"))


def _auth_method(config: dict[str, Any]) -> AuthMethod:
    headers = config.get("headers")
    remote = config.get("remote")
    if not isinstance(headers, dict) and isinstance(remote, dict):
        headers = remote.get("headers")
    if isinstance(config.get("oauth"), dict):
        return AuthMethod.OAUTH2
    names = {str(name).lower(): value for name, value in headers.items()} if isinstance(headers, dict) else {}
    if "authorization" in names:
        basic = str(names["authorization"]).lower().startswith("basic ")
        return AuthMethod.BASIC if basic else AuthMethod.BEARER
    return AuthMethod.API_KEY if "x-api-key" in names else AuthMethod.NONE


def _said_name(config: dict[str, Any]) -> str:
    return str(config.pop("name")) if isinstance(config.get("name"), str) and config["name"] else ""


def _derived_name(config: dict[str, Any]) -> str:
    """What a server without a name is called, by what is started or where it is.

    `docker:context7`, `docker mcp gateway run --servers=context7`, `uvx context7` are all `context7`: so
    that it stays the same row when only the way to it changes.
    """
    ref = config.get("ref")
    if isinstance(ref, str) and ref:
        return _last(ref)
    args = config.get("args")
    words = [each for each in args if isinstance(each, str)] if isinstance(args, list) else []
    for word in words:
        if word.startswith("--servers="):
            return word.removeprefix("--servers=")
    for word in words:
        if not word.startswith("-") and word not in RUNNERS:
            return _last(word)
    remote = config.get("remote")
    for holder in (config, remote if isinstance(remote, dict) else {}):
        url = next((holder[name] for name in BY_NETWORK if isinstance(holder.get(name), str)), "")
        if host := _host(url):
            return host
    command = config.get("command") or config.get("cmd") or config.get("container")
    return _last(command) if isinstance(command, str) and command else "mcp"


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _last(word: str) -> str:
    """`@scope/name@1.2`, `docker:name`, `mcp/name:latest`: name."""
    bare = re.sub(r"(?<=.)@[\w.\-]+$|:(?:latest|v?\d[\w.\-]*)$", "", word)
    return re.split(r"[/:]", bare)[-1] or word
