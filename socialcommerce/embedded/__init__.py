"""PostgreSQL, Valkey and all of Plaza's processes in one console: development and tests only.

Nothing in here imports Django, so that `manage.py up` can start the services that the settings
name before the settings are read.
"""
