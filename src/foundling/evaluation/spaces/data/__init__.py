"""The compiler of training data: texts as people write them flow in, diagnostics and packed shards flow out.

`sources` finds the files, `reading` and `rows` parse them into `form` (documents, turns, speakers, provenance,
consent), `checks` hold them against the table of codes, `shards` packs what has no error. It changes no text.
"""
