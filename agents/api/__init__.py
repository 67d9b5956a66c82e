"""REST: agents, the parts of their drafts, their versions and what is served of them."""
