"""Export records as tables, import tables with a preview, and undo imports.

A row of a table is a record; its cells are the values of a snapshot. A cell that equals the
exported one changes nothing, so an unchanged export imports without any difference.
"""
