"""HOW each row came to be: every change recorded by the database, compared, restored, verified."""
