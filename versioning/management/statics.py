"""Static files, collected once and again only when one of them has changed."""

import hashlib
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command


def collect_if_changed() -> bool:
    """Collect into STATIC_ROOT unless that was done with these very files. Whether it was needed."""
    if settings.DEBUG:
        return False  # served from where they lie
    stamp, state = Path(settings.STATIC_ROOT) / ".collected", _state()
    if stamp.exists() and stamp.read_text() == state:
        return False
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(state)
    return True


def collected() -> bool:
    """Whether STATIC_ROOT holds what the pages ask for."""
    stamp = Path(settings.STATIC_ROOT) / ".collected"
    return settings.DEBUG or (stamp.exists() and stamp.read_text() == _state())


def _state() -> str:
    """A digest over the names, sizes and times of all files that would be collected."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            at = Path(storage.path(name)).stat()
            digest.update(f"{name} {at.st_size} {at.st_mtime_ns}\n".encode())
    return digest.hexdigest()
