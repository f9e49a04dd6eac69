"""Talks with a language model: what it is asked, what is made of its replies, what never leaves."""
