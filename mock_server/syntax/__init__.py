"""How bytes and JSON values are read, written and named: strict JSON, formats, pointers, headers, problem documents.

Pure functions on bytes, texts and JSON values. This room asks no other one.
"""
