"""Shards of stories in; clean parts, signatures, copies and splits out. All cores, any engine. It knows no step."""
