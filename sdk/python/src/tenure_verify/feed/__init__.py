"""The revocation feed (`docs/reference/revocation-feed.md`): its messages, what they add up to, and the reading."""
