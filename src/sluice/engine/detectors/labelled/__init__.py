"""Numbers that are known by what stands in front of them.

`kinds` holds what a kind of number is and how one is read, `labels` how a label is recognised.
The rows are in `national`, `health` and `work`.
"""
