"""The life of a call, and relaying offers, answers and candidates between two browsers."""
