"""The settings of the servers that tests start: they know the tests' quick passwords."""

from versioning.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
