"""Downstream tasks of a person's own: a table of texts and labels in, how well a being tells the labels apart out.

Every figure stands beside those of the majority class and of a bag of words in the same folds.
"""
