"""Export records as tables, import tables with a preview, and undo imports.

A row of a table is a record, its cells are what a snapshot holds. A cell that says what the
export would say of the record changes nothing, so an export imports back with no difference.
"""
