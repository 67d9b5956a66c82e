"""Files of a git repository with the states that they had, told by git's own program."""

from versioning.versions.git.history import State, distinct, states_of
from versioning.versions.git.repository import File, Repository
from versioning.versions.git.texts import texts_of

__all__ = ["File", "Repository", "State", "distinct", "states_of", "texts_of"]
