"""Group testing: what many items ask of different properties goes in one request, and is told apart where the answer is not as
expected. A lane is a party that seems to be alone with the record; the table joins what the lanes send.
"""
