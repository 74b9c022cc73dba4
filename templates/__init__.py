"""Looks: every page, document and message a person sees, and the Thai words in them."""
