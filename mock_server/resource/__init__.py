"""The whole resource of any OpenAPI document: its operations recognised, over one store, answered as documented.

A document and requests come in; answers, each valid under the document, go out. Asks ``disturbance``, ``exchange`` and below.
"""
