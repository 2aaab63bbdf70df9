"""An OpenAPI document as it stands: its schemas and bodies, and the collections and operations that it has."""
