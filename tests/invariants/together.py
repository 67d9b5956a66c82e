"""Acts of many people at one moment."""

import threading
from concurrent.futures import ThreadPoolExecutor

from django.db import DatabaseError, connection

from versioning.lib.errors import DomainError
from versioning.lib.transaction import told
from versioning.versions.services.steps import sqlstate


def run_together(cast, jobs, *, database_may_refuse=False):
    """Each job in a thread and a transaction of its own, all started at once. Returns what they raised."""
    gate = threading.Barrier(len(jobs))

    def one(job):
        gate.wait()
        try:
            with told(cast.demo.id, cast.eve.person_id):
                job()
        except DomainError as error:
            return error.code
        except DatabaseError as error:
            if not database_may_refuse:
                raise
            return sqlstate(error)
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(one, jobs))
