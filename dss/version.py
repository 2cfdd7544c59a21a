"""The version of the shell; the knowledge base has its own."""

__version__ = "0.1.0"
