"""Six tables of one shape: bare, under our record, and under four other ways to keep a history in Django.

A Django app of its own (`settings.py` adds it to ours), for the benchmarks alone.
"""
