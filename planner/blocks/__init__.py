"""The mathematics, one file a topic; and everything that the blocks declare, in one place."""
