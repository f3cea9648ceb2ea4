"""Examination of an installation, by `manage.py doctor`.

A check is a function that yields findings. It changes nothing that stays, and raises what it likes:
`examine` makes a finding of it.
"""
