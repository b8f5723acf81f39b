"""The judge's measures: files of a generation flow in, scores with intervals flow out. It never imports training."""
