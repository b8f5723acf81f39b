"""Bytes of any format in, stories with their origin out, or the reason why there is none. It reads no network."""
