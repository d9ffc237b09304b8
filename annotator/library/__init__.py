"""The library: what `import annotator` offers to scripts, notebooks and training programs (docs/library.md).

May import `jobs` and everything below; it decides nothing by itself.
"""
