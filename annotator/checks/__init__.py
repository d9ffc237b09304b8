"""Checks for doubtful annotations in one annotator's layer of an article.

Pure functions; may import `model` and `text`.
"""
