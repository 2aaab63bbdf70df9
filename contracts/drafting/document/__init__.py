"""The document that a draft is made from: read, brought to one version, and copied in parts."""
