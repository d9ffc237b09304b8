"""Checks for doubtful annotations in one annotator's layer of an article.

Pure functions; they may import `model` and `text`.
"""
